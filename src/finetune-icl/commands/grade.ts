import { lstatSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { InputError, mapInOrder } from "@finetune-icl/base";
import { createProgress } from "@finetune-icl/files";
import {
  findSandbox,
  type Grade,
  type GradeOptions,
  gradeSubmission,
  type Lesson,
  type LessonChecks,
  readLesson,
  recordChecks,
} from "@finetune-icl/notebooks/course";
import { courseNotebooks, type Notebook, readNotebook } from "@finetune-icl/notebooks/runner";
import type { Command } from "commander";
import { exitCodeOf, onInterrupt } from "../interrupted";
import { answer, say } from "../say";
import { readJobs, readSeconds } from "./runnerOptions";

interface Options {
  readonly lesson?: string;
  readonly timeout: string;
  readonly jobs?: string;
}

/** Adds `finetune-icl grade FILE…`: run submissions with the checks of the course, and count their points. */
export function registerGradeCommand(program: Command): void {
  program
    .command("grade")
    .description("Run submissions with the checks of their lesson, and count the points.")
    .argument("<files...>", "notebooks that students handed in")
    .option(
      "--lesson <file>",
      "the lesson that they answer (default: that of the course with the same file name)",
    )
    .option("--timeout <seconds>", "time limit for each cell", "300")
    .option("--jobs <number>", "submissions that run at the same time (default: the number of cores)")
    .addHelpText(
      "after",
      "\nPrints a JSON report on standard output: points, and what each check said. Each file is judged alone; exit code 1 when one\ncould not be, and 2 without a report when none can be read. A submission runs code of its author: in a\nsandbox where bubblewrap (bwrap) is installed, otherwise with your rights. docs/course.md says what is contained and what is not.",
    )
    .action(runCommand);
}

/** One file of a batch: its grade, or why it has none. */
type Judged = { readonly submission: string } & (
  | ({ readonly lesson: string } & Grade)
  | { readonly error: string }
);

async function runCommand(paths: readonly string[], options: Options): Promise<void> {
  const timeoutMs = readSeconds(options.timeout) * 1000;
  const jobs = options.jobs === undefined ? availableParallelism() : readJobs(options.jobs);
  // Each file alone: one that cannot be read says so in its place, and the others are judged.
  const read = paths.map((path) => readSubmission(path, options.lesson));
  const [first] = read;
  if (first && read.every((each) => "refused" in each)) throw (first as Refused).refused;
  const lessons = new Map(
    read.flatMap((each) => ("lesson" in each ? [[each.lesson.path, each.lesson] as const] : [])),
  );
  const sandbox = findSandbox();
  if (sandbox === "none")
    say(
      "no sandbox: bubblewrap (bwrap) is not there or may not work here; submissions run with your rights\n",
    );
  const progress = createProgress(lessons.size + read.length, process.stderr, "runs");
  const judged: (Judged | undefined)[] = read.map(() => undefined);
  const print = (unjudged: string): void => {
    const submissions = judged.map((each, k) => each ?? { submission: read[k]!.path, error: unjudged });
    answer(`${JSON.stringify({ sandbox, submissions }, null, 1)}\n`);
  };
  // What was judged is not lost with the rest.
  const forget = onInterrupt((signal) => {
    progress.stop();
    const done = judged.filter((each) => each !== undefined).length;
    if (done > 0) print("not judged: the command was interrupted");
    say(
      `finetune-icl: interrupted; ${done} of ${read.length} submissions are judged${done > 0 ? ", and in the report; grade the others again" : ""}\n`,
    );
    process.exit(exitCodeOf(signal));
  });
  try {
    const known = await mapInOrder(
      [...lessons.values()],
      jobs,
      async (lesson) => [lesson.path, await checksOrRefusal(lesson, timeoutMs)] as const,
      () => progress.step(),
    );
    // Nothing to judge by: said as it is.
    if (known.every(([, checks]) => checks instanceof Error)) throw known[0]![1];
    const checks = new Map(known);
    await mapInOrder(
      read.map((each, place) => ({ each, place })),
      jobs,
      async ({ each, place }): Promise<Judged> => {
        const judgement = await judge(each, checks, { sandbox, timeoutMs });
        judged[place] = judgement;
        return judgement;
      },
      (each) => {
        progress.step();
        progress.log(
          "error" in each
            ? `${each.submission}: ${each.error.replace(`${each.submission}: `, "")}`
            : describe(each.submission, each),
        );
      },
    );
    print("not judged");
    const lost = judged.filter((each) => each !== undefined && "error" in each).length;
    if (lost > 0)
      throw new Error(`${lost} of ${judged.length} submissions could not be judged: see the messages above`);
  } finally {
    progress.stop();
    forget();
  }
}

/** What the checks of a lesson know, or why they know nothing: submissions to other lessons are judged all the same. */
async function checksOrRefusal(lesson: Lesson, timeoutMs: number): Promise<LessonChecks | Error> {
  try {
    return await recordChecks(lesson, timeoutMs);
  } catch (error) {
    return asError(error);
  }
}

async function judge(
  each: Read,
  known: ReadonlyMap<string, LessonChecks | Error>,
  options: GradeOptions,
): Promise<Judged> {
  if ("refused" in each) return { submission: each.path, error: each.refused.message };
  const { path, notebook, lesson } = each;
  const checks = known.get(lesson.path)!;
  if (checks instanceof Error) return { submission: path, error: checks.message };
  try {
    return {
      submission: path,
      lesson: lesson.name,
      ...(await gradeSubmission(notebook, lesson, checks, options)),
    };
  } catch (error) {
    return { submission: path, error: asError(error).message };
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

type Read = { readonly path: string; readonly notebook: Notebook; readonly lesson: Lesson } | Refused;

interface Refused {
  readonly path: string;
  readonly refused: Error;
}

function readSubmission(path: string, lesson: string | undefined): Read {
  try {
    // What it leads to, the solutions perhaps, is nothing that was handed in.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new InputError("notebook", path, "the file itself, no link: `cp -L` makes one of yours a file");
    // Students copy cells, and some clients copy the id along.
    return { path, notebook: readNotebook(path, { renewsIds: true }), lesson: lessonOf(path, lesson) };
  } catch (error) {
    // A lesson that is named and cannot be read is nobody's submission.
    if (lesson !== undefined && error instanceof InputError && error.field.startsWith(lesson)) throw error;
    return { path, refused: asError(error) };
  }
}

function lessonOf(path: string, given: string | undefined): Lesson {
  if (given !== undefined) return readLesson(given);
  const name = originalName(basename(path));
  const found = courseNotebooks().find((each) => basename(each) === name);
  if (found === undefined)
    throw new InputError(path, basename(path), "the file name of a lesson of the course, or --lesson FILE");
  return readLesson(found);
}

/** Without what Colab, Jupyter and browsers put around the name of a copy: `Copy of …`, `…-Copy1.ipynb`, `… (1).ipynb`. */
function originalName(name: string): string {
  return name.replace(/^Copy of /, "").replace(/(-Copy\d+| ?\(\d+\))+\.ipynb$/, ".ipynb");
}

function describe(path: string, { points, of, exercises }: Grade): string {
  const toRead = exercises.filter((each) => each.points === undefined).map(({ number }) => number);
  return `${path}: ${points} of ${of}${toRead.length > 0 ? `; to be read: ${toRead.join(", ")}` : ""}`;
}
