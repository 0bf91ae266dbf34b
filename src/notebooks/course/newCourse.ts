import { basename } from "node:path";
import { type ContainerOptions, containerFiles } from "./containerFiles";
import { type CourseManifestOptions, courseManifest } from "./courseManifest";

/** What a new course is made of. */
export interface NewCourse extends CourseManifestOptions {
  /** Notebooks by file name, such as `04-a-lesson.ipynb`. */
  readonly notebooks: ReadonlyMap<string, string>;
  /** What goes along with the notebooks, by path below the folder: files they read, tables of their figures, pages they link to. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** A course runs from what npm installs: there is nothing to build. */
const INSTALL = ["npm install --no-audit --no-fund"];

/**
 * The files of a new course by their paths below its folder: notebooks, data, a package.json that runs and checks them, a README
 * of three commands, and what containers, Codespaces and Binder read. The same course gives the same bytes.
 */
export function newCourseFiles(course: NewCourse): ReadonlyMap<string, string | Uint8Array> {
  const container: ContainerOptions = { name: course.name, install: INSTALL, extensions: [] };
  return new Map<string, string | Uint8Array>([
    ["package.json", `${JSON.stringify(courseManifest(course), null, 2)}\n`],
    ["README.md", readme(course)],
    [".gitignore", "node_modules/\n.ipynb_checkpoints/\n"],
    ...containerFiles(container),
    ...[...course.notebooks].map(([name, text]) => [`notebooks/${name}`, text] as const),
    ...course.files,
    ...[...(course.tarballs ?? [])].map(([file, content]) => [`packages/${file}`, content] as const),
  ]);
}

/**
 * A name that npm takes for the package.json of a folder, and that is none of `taken`.
 * @example
 * console.log(courseName("/home/ada/My course", ["kernel"])); // my-course
 */
export function courseName(folder: string, taken: readonly string[]): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (name === "") return "course";
  return taken.includes(name) ? `my-${name}` : name;
}

function readme({ name, own, notebooks }: NewCourse): string {
  const list = [...notebooks.keys()].map((file) => `- [\`${file}\`](notebooks/${file})`).join("\n");
  return `# ${name}

\`\`\`sh
npm install      # the package ${own.name} and its TypeScript kernel
npm start        # runs every notebook and stores its outputs; tables behind figures go to data/figures/
npm run check    # runs them again, compares with what is stored, and saves nothing
\`\`\`

You need Node${own.engines?.node ? ` ${own.engines.node}` : ""}. The notebooks:

${list}

**In Jupyter or VS Code**: \`npm run kernel\` registers the kernel, once; then open a notebook and choose *TypeScript*. The same folder
opens in a container (*Reopen in Container*), in GitHub Codespaces and on [Binder](https://mybinder.org), with everything installed.

A lesson of your own, exercises with checks, and how a cell is written:
\`node_modules/${own.name}/course/docs/your-own-lesson.md\` and \`docs/notebooks.md\` beside it. \`npx ${own.name} course notebooks/*.ipynb --student DIR\`
makes copies without solutions, \`npx ${own.name} --help\` says the rest.
`;
}
