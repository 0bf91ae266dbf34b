import { randomUUID } from "node:crypto";
import { isJsonObject, readWhole } from "@finetune-icl/base";
import { failingCell } from "../runner/cellFailure";
import type { Notebook } from "../runner/nbformat";
import { requireTimeout } from "../runner/timeout";
import { openKey } from "./answerKey";
import type { Exercise, ExerciseKind } from "./exercise";
import type { Lesson } from "./lesson";
import type { LessonChecks } from "./lessonChecks";
import { readProbe } from "./probe";
import { type GuardedOutcome, runGuarded } from "./runGuarded";
import { LIMITS, type Limits, makeWorkplace, type Sandbox } from "./sandbox";
import { type ProbedSubmission, probeSubmission } from "./submission";
import { verdictOn } from "./verdict";

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

/** How submissions are run. */
export interface GradeOptions {
  readonly sandbox: Sandbox;
  /** Limit for each cell. */
  readonly timeoutMs: number;
  /** What a submission may take of this machine. */
  readonly limits?: Limits;
}

/**
 * Runs a submission in a process of its own and gives the points of the answers that are right. What its answers give is
 * compared here, with what the checks of the lesson know: nothing that a submission defines or changes takes part in that.
 * @throws Error when it could not be run at all, which is no fault of its author and no grade
 */
export async function gradeSubmission(
  submission: Notebook,
  lesson: Lesson,
  checks: LessonChecks,
  { sandbox, timeoutMs, limits = LIMITS }: GradeOptions,
): Promise<Grade> {
  requireTimeout(timeoutMs);
  for (const [name, limit] of Object.entries(limits)) readWhole(limit, `limits.${name}`, 1);
  const mark = `answers ${randomUUID()} `;
  const probed = probeSubmission(submission, lesson, checks, mark);
  const wanted = [...probed.probes].map(([number, id]) => ({ id, answers: probed.copies.get(number) ?? [] }));
  const workplace = () => makeWorkplace(lesson.path);
  const outcome = await runGuarded(probed.notebook, wanted, mark, { sandbox, workplace, timeoutMs, limits });
  const exercises = lesson.exercises.map((exercise) =>
    gradeExercise(exercise, () =>
      aboutCopies(
        complaint(exercise.number, checks, probed, outcome, mark),
        probed.copies.get(exercise.number),
      ),
    ),
  );
  const sum = (of: (grade: ExerciseGrade) => number | undefined) =>
    exercises.reduce((total, grade) => total + (of(grade) ?? 0), 0);
  return { points: sum(({ points }) => points), of: sum((grade) => grade.of), exercises };
}

function gradeExercise(
  { number, kind, checks }: Exercise,
  complain: () => string | undefined,
): ExerciseGrade {
  const [check] = checks;
  if (!check) return { number, kind, points: undefined, of: undefined, says: "to be read" };
  const { nbgrader } = check.metadata;
  const of = isJsonObject(nbgrader) ? Number(nbgrader.points) : 0;
  const says = complain();
  return { number, kind, points: says === undefined ? of : 0, of, says: says ?? "" };
}

/** Whoever copies a cell copies its `grade_id`, and may not know which of the two counts. */
function aboutCopies(says: string | undefined, copies: readonly string[] = []): string | undefined {
  if (says === undefined || copies.length < 2) return says;
  return `${says} (${copies.length} cells have the grade_id of this answer; what the last of them leaves counts.)`;
}

/** Nothing when the answer is right, otherwise what is wrong with it. */
function complaint(
  number: string,
  checks: LessonChecks,
  { notebook, probes, answers }: ProbedSubmission,
  { failures, printed }: GuardedOutcome,
  mark: string,
): string | undefined {
  const [probe, record] = [probes.get(number), checks.get(number)];
  if (probe === undefined || record === undefined) return "neither its answer nor its check is in the file";
  const attempts = readProbe(printed[probe] ?? "", mark, record);
  if (attempts !== undefined) {
    const hint = record.hint === undefined ? {} : { hint: record.hint };
    const wrong = verdictOn(attempts, openKey(record), { inputs: record.printed, ...hint });
    return wrong === undefined ? undefined : `Exercise ${number}: ${wrong}`;
  }
  const place = notebook.cells.findIndex(({ id }) => id === probe);
  const named = (id: string) => {
    const index = notebook.cells.findIndex((cell) => cell.id === id);
    const { number: position, firstLine } = failingCell(notebook.cells[index]!, index);
    return `cell ${position} \`${firstLine}\``;
  };
  // The answer's own cell first: what fails elsewhere may have nothing to do with it.
  const before = notebook.cells.slice(0, place).map(({ id }) => id);
  const culprit = [answers.get(number), ...before.reverse()].find(
    (id) => id !== undefined && failures.has(id) && !id.startsWith("probe-"),
  );
  const own = failures.get(probe)?.trim() ?? "gave nothing that can be read";
  const answer = notebook.cells.find(({ id }) => id === answers.get(number));
  if (answer !== undefined && answer.cell_type !== "code")
    return `the answer is in a ${answer.cell_type} cell, which does not run`;
  // What the compiler says of the probe shows the probe, which is nothing of the student's.
  const unknown = /Cannot find name '(\w+)'/.exec(own)?.[1];
  if (culprit === undefined && unknown !== undefined)
    return `no cell above the check of exercise ${number} makes \`${unknown}\``;
  if (culprit === undefined) return `the answer ${own}`;
  return /did not end|ended the|took more than|started more than|printed without/.test(own)
    ? `the answer ${own}`
    : `${named(culprit)} ${failures.get(culprit)?.trim()}`;
}
