import { dirname, resolve } from "node:path";
import { isJsonObject } from "@finetune-icl/base";
import type { Failure } from "../runner/cellFailure";
import { makeTrialTables } from "../runner/figureTables";
import type { Cell, Notebook } from "../runner/nbformat";
import { type RunOptions, runNotebook } from "../runner/runNotebook";
import type { Exercise, ExerciseKind } from "./exercise";
import type { Lesson } from "./lesson";

/** What a submission is worth, exercise by exercise. */
export interface Grade {
  readonly points: number;
  /** Points that the checks of the lesson give together. */
  readonly of: number;
  readonly exercises: readonly ExerciseGrade[];
}

export interface ExerciseGrade {
  readonly number: string;
  readonly kind: ExerciseKind;
  /** Nothing for an open exercise, which a person reads. */
  readonly points: number | undefined;
  readonly of: number | undefined;
  /** What the check said, or why it did not come to speak; empty when the answer is right. */
  readonly says: string;
}

/**
 * Runs a submission to its end with the checks of the lesson in place of its own, and gives the points of those that pass.
 * `path` is where the submission lies: its folder is the kernel's.
 */
export async function gradeSubmission(
  submission: Notebook,
  lesson: Lesson,
  path: string,
  options: Pick<RunOptions, "timeoutMs">,
): Promise<Grade> {
  const notebook = withChecksOf(lesson, submission);
  // Tables behind figures go nowhere: they are the lesson's own.
  const trial = makeTrialTables();
  const outcome = await runNotebook(notebook, {
    ...options,
    env: trial.env,
    cwd: dirname(resolve(path)),
    keepGoing: true,
  }).finally(trial.remove);
  const failures = outcome.status === "ok" ? [] : outcome.failures;
  const isComplete = outcome.notebook !== undefined;
  const exercises = lesson.exercises.map((exercise) =>
    gradeExercise(exercise, (check) => verdictOn(check, notebook, failures, isComplete)),
  );
  const sum = (of: (grade: ExerciseGrade) => number | undefined) =>
    exercises.reduce((total, grade) => total + (of(grade) ?? 0), 0);
  return { points: sum(({ points }) => points), of: sum((grade) => grade.of), exercises };
}

/** The submission with every check as the lesson has it, wherever the student left it. */
function withChecksOf({ exercises }: Lesson, { cells, ...rest }: Notebook): Notebook {
  const checks = new Map(
    exercises.flatMap((exercise) => exercise.checks.map((check) => [check.id, check] as const)),
  );
  return { ...rest, cells: cells.map((cell) => checks.get(cell.id) ?? cell) };
}

function gradeExercise(
  { number, kind, checks }: Exercise,
  verdict: (check: Cell) => string | undefined,
): ExerciseGrade {
  const [check] = checks;
  if (!check) return { number, kind, points: undefined, of: undefined, says: "to be read" };
  const { nbgrader } = check.metadata;
  const of = isJsonObject(nbgrader) ? Number(nbgrader.points) : 0;
  const complaint = verdict(check);
  return { number, kind, points: complaint === undefined ? of : 0, of, says: complaint ?? "" };
}

/** Nothing when the check ran and passed, otherwise why not. */
function verdictOn(
  check: Cell,
  { cells }: Notebook,
  failures: readonly Failure[],
  isComplete: boolean,
): string | undefined {
  const place = cells.findIndex(({ id }) => id === check.id) + 1;
  if (place === 0) return "its check is missing";
  for (const failure of failures) {
    if (failure.kind !== "cell") return "the kernel did not start";
    if (failure.cell.number === place) return describe(failure);
  }
  const last = failures.at(-1);
  const stopped = !isComplete && last?.kind === "cell" && last.cell.number < place;
  return stopped ? `not reached: cell ${last.cell.id} ended the run` : undefined;
}

function describe(failure: Extract<Failure, { kind: "cell" }>): string {
  const { failure: how } = failure;
  return "text" in how ? how.text.trim().replace(/^WrongAnswer: /, "") : how.kind;
}
