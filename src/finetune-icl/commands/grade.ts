import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { InputError, mapInOrder } from "@finetune-icl/base";
import { createProgress } from "@finetune-icl/files";
import { type Grade, gradeSubmission, type Lesson, readLesson } from "@finetune-icl/notebooks/course";
import { courseNotebooks, readNotebook } from "@finetune-icl/notebooks/runner";
import type { Command } from "commander";
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
      "\nPrints a JSON report on standard output: points, and what each check said. A submission runs code of its author with your\nrights: use a machine or an account that has nothing to lose.",
    )
    .action(runCommand);
}

async function runCommand(paths: readonly string[], options: Options): Promise<void> {
  const timeoutMs = readSeconds(options.timeout) * 1000;
  const jobs = options.jobs === undefined ? availableParallelism() : readJobs(options.jobs);
  const submissions = paths.map((path) => ({
    path,
    notebook: readNotebook(path),
    lesson: lessonOf(path, options.lesson),
  }));
  const progress = createProgress(submissions.length, process.stderr, "submissions");
  const grades = await mapInOrder(
    submissions,
    jobs,
    async ({ path, notebook, lesson }) => {
      const grade = await gradeSubmission(notebook, lesson, path, { timeoutMs });
      progress.step();
      return { submission: path, lesson: lesson.name, ...grade };
    },
    (grade) => progress.log(describe(grade.submission, grade)),
  ).finally(progress.stop);
  process.stdout.write(`${JSON.stringify({ submissions: grades }, null, 1)}\n`);
}

function lessonOf(path: string, given: string | undefined): Lesson {
  if (given !== undefined) return readLesson(given);
  const found = courseNotebooks().find((each) => basename(each) === basename(path));
  if (found === undefined)
    throw new InputError(path, basename(path), "the file name of a lesson of the course, or --lesson FILE");
  return readLesson(found);
}

function describe(path: string, { points, of, exercises }: Grade): string {
  const toRead = exercises.filter((each) => each.points === undefined).map(({ number }) => number);
  return `${path}: ${points} of ${of}${toRead.length > 0 ? `; to be read: ${toRead.join(", ")}` : ""}`;
}
