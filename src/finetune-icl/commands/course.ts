import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { InputError, isJsonObject, mapInOrder, parseStrictJson } from "@finetune-icl/base";
import { createProgress, projectRoot, readInputText, writeWhole } from "@finetune-icl/files";
import {
  type Audience,
  classMinutes,
  easilyGuessed,
  exerciseMinutes,
  type Lesson,
  type LessonChecks,
  readLesson,
  recordChecks,
  requireCopyFolder,
  timingsTable,
  withTimings,
  writeCourseCopy,
} from "@finetune-icl/notebooks/course";
import { courseNotebooks } from "@finetune-icl/notebooks/runner";
import type { Command } from "commander";
import { answer, say } from "../say";
import { readOutFolder } from "./outOption";
import { readJobs, readSeconds as readTimeout } from "./runnerOptions";

interface Options {
  readonly student?: string;
  readonly instructor?: string;
  readonly timings?: string;
  readonly timeout: string;
  readonly jobs?: string;
  readonly syllabus?: true;
}

/** Adds `finetune-icl course [FILE…]`: copies of the lessons for students and for teachers. */
export function registerCourseCommand(program: Command): void {
  program
    .command("course")
    .description("Make copies of the lessons: for students without solutions, for teachers with notes.")
    .argument("[files...]", "lessons (default: the notebooks of the package, in the order of their names)")
    .option("--student <folder>", "write lessons without solutions and outputs")
    .option("--instructor <folder>", "write lessons with solutions, outputs, teaching notes and timings")
    .option("--timings <report>", "what `finetune-icl notebooks` printed: how long each notebook runs")
    .option("--timeout <seconds>", "time limit for each cell while the lessons run for their checks", "300")
    .option("--jobs <number>", "lessons that run at the same time (default: the number of cores)")
    .option("--syllabus", "bring the table of lessons in docs/course.md up to date")
    .addHelpText(
      "after",
      "\nPrints a JSON report on standard output. For students the lessons run once: what a check knows is sealed with the answers\nthat the package computes, so that nobody can read them in the copy. A folder is replaced whole or not at all, and only when it holds nothing but\nan earlier copy in which nobody has changed anything.",
    )
    .action(runCommand);
}

async function runCommand(paths: readonly string[], options: Options): Promise<void> {
  const copies = (["student", "instructor"] as const).flatMap((audience) => {
    const folder = options[audience];
    return folder === undefined ? [] : [{ audience, folder: readFolder(audience, folder) }];
  });
  if (copies.length === 0 && !options.syllabus)
    throw new InputError("course", "no option", "--student DIR, --instructor DIR or --syllabus");
  if (copies.length === 2 && resolve(copies[0]!.folder) === resolve(copies[1]!.folder))
    throw new InputError("--instructor", copies[1]!.folder, "another folder than the students'");
  if (options.syllabus && paths.length > 0)
    throw new InputError("--syllabus", paths, "no files: the syllabus is of the whole course");
  const timeoutMs = readTimeout(options.timeout) * 1000;
  const jobs = options.jobs === undefined ? availableParallelism() : readJobs(options.jobs);
  const seconds = options.timings === undefined ? new Map<string, number>() : readSeconds(options.timings);
  const lessons = (paths.length > 0 ? paths : courseNotebooks()).map(readLesson);
  requireNames(lessons);
  // The data that lessons read stand beside their folder.
  const root = paths[0] === undefined ? projectRoot() : join(dirname(resolve(paths[0])), "..");
  for (const { audience, folder } of copies) requireCopyFolder(folder, audience);
  const checks = options.student === undefined ? new Map() : await recordAll(lessons, jobs, timeoutMs);
  for (const { audience, folder } of copies)
    writeCourseCopy(folder, lessons, { audience, library: "finetune-icl", root, seconds, checks });
  if (options.syllabus) {
    const syllabus = join(projectRoot(), "docs", "course.md");
    const page = withTimings(readFileSync(syllabus, "utf8"), timingsTable(lessons, "../notebooks"));
    writeWhole(syllabus, page);
  }
  const guessed = [...checks.values()].flatMap(easilyGuessed);
  const described = lessons.map((lesson) => ({
    lesson: lesson.name,
    exercises: lesson.exercises.map(({ number, kind }) => ({
      number,
      kind,
      ...(guessed.includes(number) ? { guessable: true } : {}),
    })),
    minutes: classMinutes(lesson),
    exerciseMinutes: exerciseMinutes(lesson),
  }));
  answer(`${JSON.stringify({ lessons: described, copies }, null, 1)}\n`);
  for (const { audience, folder } of copies)
    say(
      `${lessons.length} ${lessons.length === 1 ? "lesson" : "lessons"} for the ${audience} in ${folder}: its README.md says how to open them.\n`,
    );
}

/** What the checks of each lesson know, by its file name. */
async function recordAll(
  lessons: readonly Lesson[],
  jobs: number,
  timeoutMs: number,
): Promise<ReadonlyMap<string, LessonChecks>> {
  const progress = createProgress(lessons.length, process.stderr, "lessons");
  const all = await mapInOrder(
    lessons,
    jobs,
    async (lesson) => [lesson.name, await recordChecks(lesson, timeoutMs)] as const,
    () => progress.step(),
  ).finally(progress.stop);
  return new Map(all);
}

function readFolder(audience: Audience, folder: string): string {
  return readOutFolder(folder, `--${audience}`);
}

function requireNames(lessons: readonly Lesson[]): void {
  const names = lessons.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new InputError("files", twice, "lessons of different file names");
}

/** The seconds of each notebook in a report of `finetune-icl notebooks`, by file name. */
function readSeconds(path: string): ReadonlyMap<string, number> {
  const allowed = "a file that holds what `finetune-icl notebooks` printed";
  let report: unknown;
  try {
    report = parseStrictJson(readInputText(path, { field: "--timings", allowed }));
  } catch (error) {
    throw error instanceof InputError ? error : new InputError("--timings", path, allowed);
  }
  const notebooks = isJsonObject(report) ? report.notebooks : undefined;
  if (!Array.isArray(notebooks)) throw new InputError("--timings: notebooks", notebooks ?? null, "a list");
  return new Map(
    notebooks.map((entry: unknown, index) => {
      const { notebook, seconds } = isJsonObject(entry) ? entry : {};
      if (typeof notebook !== "string" || typeof seconds !== "number")
        throw new InputError(`--timings: notebooks[${index}]`, { notebook, seconds }, "notebook and seconds");
      return [notebook.split(/[\\/]/).at(-1)!, seconds];
    }),
  );
}
