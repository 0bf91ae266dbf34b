import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { InputError } from "@finetune-icl/base";
import { readInputFile, replaceFolder, requireReplaceable } from "@finetune-icl/files";
import {
  courseName,
  coursePackages,
  lessonFiles,
  newCourseFiles,
  type PackageManifest,
} from "@finetune-icl/notebooks/course";
import { readNotebookFile } from "@finetune-icl/notebooks/runner";
import type { Command } from "commander";
import { answer, say } from "../say";
import { courseSource } from "./courseSource";

interface Options {
  readonly lessons?: string;
  readonly template?: true;
  readonly packages?: string;
}

/** Adds `finetune-icl new DIR`: a folder of notebooks with a package.json of its own, which needs no clone. */
export function registerNewCommand(program: Command): void {
  program
    .command("new")
    .description("Make a course of one's own: notebooks, their data, and a package.json that runs them.")
    .argument("<folder>", "a new or empty folder")
    .option("--lessons <numbers>", "lessons of the course to start from, such as 1,4, or all")
    .option("--template", "a lesson to fill in (default, when no lessons are named)")
    .option(
      "--packages <folder>",
      "take the packages from tarballs in this folder (npm pack), not from a registry",
    )
    .addHelpText("after", "\nThen, in that folder: npm install && npm start.")
    .action(runCommand);
}

function runCommand(folder: string, options: Options): void {
  requireNewOrEmpty(folder);
  const own = require("finetune-icl/package.json") as PackageManifest;
  const source = courseSource();
  const tarballs = options.packages === undefined ? undefined : readTarballs(options.packages);
  const chosen = options.lessons === undefined ? [] : chooseLessons(options.lessons, source.notebooks);
  const template =
    options.template || chosen.length === 0 ? [join(source.notebooks, "templates", "lesson.ipynb")] : [];
  const lessons = [...chosen, ...template].map((path) => readNotebookFile(path));
  const stored: ReadonlyMap<string, string> = new Map(
    (["data", "docs"] as const).flatMap((name) =>
      listFiles(source[name]).map(
        (path) => [`${name}/${relative(source[name], path).split(sep).join("/")}`, path] as const,
      ),
    ),
  );
  const files = newCourseFiles({
    name: courseName(resolve(folder), coursePackages(own)),
    own,
    notebooks: new Map(lessons.map(({ path, text }) => [basename(path), text])),
    files: new Map(
      lessons
        .flatMap(({ notebook }) => lessonFiles(notebook, [...stored.keys()]))
        .map((path) => [path, readFileSync(stored.get(path)!)]),
    ),
    ...(tarballs && { tarballs }),
  });
  replaceFolder(folder, files);
  const notebooks = lessons.map(({ path }) => `notebooks/${basename(path)}`);
  answer(`${JSON.stringify({ folder, notebooks, files: [...files.keys()].sort() }, null, 1)}\n`);
  say(`${folder} is there. Next: cd ${JSON.stringify(folder)} && npm install && npm start\n`);
}

function requireNewOrEmpty(folder: string): void {
  requireReplaceable(folder, { field: "folder", what: "nothing", isOurs: () => true });
  const isFolder = folder !== "" && (!existsSync(folder) || statSync(folder).isDirectory());
  if (!isFolder || (existsSync(folder) && readdirSync(folder).length > 0))
    throw new InputError("folder", folder, "a new or empty folder");
}

/** Paths of the lessons with these numbers, in the order of the course. @throws InputError */
function chooseLessons(text: string, folder: string): readonly string[] {
  const all = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".ipynb"))
      .sort()
      .map((name) => [/^0*(\d+[a-z]?)-/.exec(name)?.[1] ?? name, join(folder, name)]),
  );
  if (text.trim() === "all") return [...all.values()];
  const wanted = text.split(",").map((each) => each.trim());
  if (!wanted.every((number) => all.has(number)))
    throw new InputError(
      "--lessons",
      text,
      `all, or numbers out of ${[...all.keys()].join(", ")}, separated by commas`,
    );
  return [...all].filter(([number]) => wanted.includes(number)).map(([, path]) => path);
}

/** The packed packages in a folder, by file name. @throws InputError */
function readTarballs(folder: string): ReadonlyMap<string, Uint8Array> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new InputError("--packages", folder, "a folder of packed packages (npm pack)");
  const files = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  return new Map(
    files.sort().map((file) => [
      file,
      readInputFile(join(folder, file), {
        field: "--packages",
        allowed: "packed packages that can be read",
      }),
    ]),
  );
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name));
}
