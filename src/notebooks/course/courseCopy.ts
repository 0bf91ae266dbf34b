import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { readInputText, replaceFolder, requireReplaceable } from "@finetune-icl/files";
import { serializeNotebook } from "../runner/serializeNotebook";
import { instructorCopy } from "./instructorCopy";
import type { Lesson } from "./lesson";
import type { LessonChecks } from "./lessonChecks";
import { studentCopy } from "./studentCopy";

/** Whom a copy of the course is for. */
export type Audience = "student" | "instructor";

export interface CopyOptions {
  readonly audience: Audience;
  /** The package that the lessons' cells import and that the copy needs. */
  readonly library: string;
  /** The folder above the lessons', with the `data` that they read. */
  readonly root: string;
  /** What the checks of each lesson knew when it ran, by the lesson's file name: a student's copy has them sealed. */
  readonly checks?: ReadonlyMap<string, LessonChecks>;
  /** How long each notebook runs, by its file name, where that is known. */
  readonly seconds?: ReadonlyMap<string, number>;
}

/** What the folder was filled with, by which a copy that nobody has worked in is known. */
const MANIFEST = "copy.json";
// The lessons' own tables are no input of theirs.
const NOT_COPIED = join("data", "figures");

/**
 * Writes copies of the lessons into a folder, whole or not at all: `notebooks/`, the `data/` that they read, a README
 * and a package.json. The same lessons give the same bytes.
 * @throws InputError when the folder holds anything else than an earlier copy that nobody has changed.
 */
export function writeCourseCopy(folder: string, lessons: readonly Lesson[], options: CopyOptions): void {
  requireCopyFolder(folder, options.audience);
  const files = copyFiles(lessons, options);
  const manifest = Object.fromEntries([...files].map(([name, content]) => [name, hash(content)]));
  files.set(MANIFEST, `${JSON.stringify({ course: options.audience, files: manifest }, null, 1)}\n`);
  replaceFolder(folder, files);
}

/** That a copy may go into the folder, asked before the work. @throws InputError as {@link writeCourseCopy}. */
export function requireCopyFolder(folder: string, audience: Audience): void {
  requireReplaceable(folder, {
    field: `--${audience}`,
    what: "an earlier copy in which nothing was changed",
    isOurs: () => isUntouched(folder),
  });
}

function copyFiles(
  lessons: readonly Lesson[],
  { audience, library, root, seconds, checks }: CopyOptions,
): Map<string, string | Uint8Array> {
  const copy = (lesson: Lesson) =>
    audience === "student"
      ? studentCopy(lesson, checks?.get(lesson.name) ?? new Map())
      : instructorCopy(lesson, seconds?.get(lesson.name));
  const notebooks = lessons.map(
    (lesson) => [`notebooks/${lesson.name}`, serializeNotebook(copy(lesson))] as const,
  );
  const data = listFiles(join(root, "data"))
    .map((path) => relative(root, path))
    // What starts with a dot belongs to a run under way.
    .filter((path) => !path.startsWith(NOT_COPIED) && !basename(path).startsWith("."))
    .map((path) => [path, readFileSync(join(root, path))] as const);
  const manifest = { name: `${library}-${audience}`, private: true };
  return new Map<string, string | Uint8Array>([
    ...notebooks,
    ...data,
    ["README.md", readme(audience, library)],
    ["package.json", `${JSON.stringify(manifest, null, 2)}\n`],
  ]);
}

function readme(audience: Audience, library: string): string {
  const about =
    audience === "student"
      ? `# The course: copy for students

Answer in the cells with \`throw new Error("Exercise …: replace this line by your answer.")\`, then run the check below each. A check
tells what is wrong, and not what would be right. An open exercise has a cell to write in.`
      : `# The course: copy for teachers

With solutions, outputs, and a note in front of each section; the plan of a lesson stands at its top.`;
  return `${about}

Everything runs on the TypeScript kernel [tslab](https://github.com/yunabe/tslab), with the package ${library}. Inside a clone of its
repository (after \`npm ci && npm run build\`) this folder works as it is. Anywhere else, install the package into it once:

\`\`\`sh
npm install PATH-OF-THE-CLONE
\`\`\`

docs/notebooks.md of the package says how to open notebooks in Jupyter or VS Code, docs/course.md how the course is taught and graded.
`;
}

/** Whether the folder holds exactly what an earlier copy put there. */
function isUntouched(folder: string): boolean {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return false;
  try {
    const { files } = JSON.parse(readInputText(path, { field: MANIFEST, allowed: "a list" })) as {
      files: Readonly<Record<string, string>>;
    };
    const paths = listFiles(folder);
    const there = paths.map((file) => relative(folder, file));
    return (
      paths.every((file) => statSync(file).isFile()) &&
      there.length === Object.keys(files).length + 1 &&
      there.every((name) => name === MANIFEST || files[name] === hash(readFileSync(join(folder, name))))
    );
  } catch {
    return false;
  }
}

function listFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .filter((name) => !name.startsWith(".unfinished-"))
    .flatMap((name) => {
      const path = join(folder, name);
      return lstatSync(path).isDirectory() ? listFiles(path) : [path];
    });
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
