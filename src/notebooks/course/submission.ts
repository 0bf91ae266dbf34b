import { isJsonObject } from "@finetune-icl/base";
import type { Cell, CodeCell, Notebook } from "../runner/nbformat";
import { readCheckCell } from "./checkCell";
import type { Exercise } from "./exercise";
import type { Lesson } from "./lesson";
import type { LessonChecks } from "./lessonChecks";
import { probeSource } from "./probe";

/** A submission in which every check is replaced by a probe. */
export interface ProbedSubmission {
  readonly notebook: Notebook;
  /** Ids of the probes' cells by exercise; none where the submission has neither the answer nor the check. */
  readonly probes: ReadonlyMap<string, string>;
  /** Ids of the answers' cells by exercise: of several with the same `grade_id`, which a copy of a cell has, the last. */
  readonly answers: ReadonlyMap<string, string>;
  /** Ids of all of them. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
}

/**
 * Finds the exercises of the lesson in a submission: by nbgrader's `grade_id`, which clients keep when they lose or renew the ids of
 * cells (Colab, VS Code, anything that writes nbformat 4.4), or else by the id. A probe stands where the last of check and answers was,
 * in the place of the check or behind the answer, so that it sees what a run from top to bottom leaves. Cells get the
 * ids `submitted-1`, `submitted-2`, …, so that nothing depends on theirs.
 */
export function probeSubmission(
  { cells, ...rest }: Notebook,
  lesson: Lesson,
  checks: LessonChecks,
  mark: string,
): ProbedSubmission {
  const numbered = cells.map((cell, index) => ({ ...cell, id: `submitted-${index + 1}` }));
  const probes = new Map<string, string>();
  const answers = new Map<string, string>();
  const copies = new Map<string, readonly string[]>();
  const replaced = new Map<number, readonly Cell[]>();
  for (const exercise of lesson.exercises) {
    const answered = placesOf(cells, exercise.answers[0]);
    const checked = placesOf(cells, exercise.checks[0]);
    const ids = answered.map((index) => numbered[index]!.id);
    copies.set(exercise.number, ids);
    if (ids.length > 0) answers.set(exercise.number, ids.at(-1)!);
    const record = checks.get(exercise.number);
    const at = Math.max(-1, ...answered, ...checked);
    if (record === undefined || at < 0) continue;
    const id = `probe-${exercise.number.replace(".", "-")}`;
    probes.set(exercise.number, id);
    const probe = probeCell(id, probeSource(checkOf(exercise), record, mark));
    for (const index of checked) replaced.set(index, []);
    replaced.set(at, checked.includes(at) ? [probe] : [withoutTags(numbered[at]!), probe]);
  }
  const all = numbered.flatMap((cell, index) => replaced.get(index) ?? [withoutTags(cell)]);
  return { notebook: { ...rest, cells: all }, probes, answers, copies };
}

function checkOf({ checks: [check] }: Exercise) {
  return readCheckCell(check!.source, `cell ${check!.id}`);
}

/** Where the cells of a submission stand that were made from this one of the lesson. */
function placesOf(cells: readonly Cell[], own: Cell | undefined): readonly number[] {
  if (own === undefined) return [];
  const grade = gradeIdOf(own);
  const indices = [...cells.keys()];
  const byGrade = grade === undefined ? [] : indices.filter((index) => gradeIdOf(cells[index]!) === grade);
  return byGrade.length > 0
    ? byGrade
    : indices.filter((index) => cells[index]!.id === own.id && cells[index]!.cell_type === "code");
}

function gradeIdOf({ metadata }: Cell): string | undefined {
  const { nbgrader } = metadata;
  return isJsonObject(nbgrader) && typeof nbgrader.grade_id === "string" ? nbgrader.grade_id : undefined;
}

function probeCell(id: string, source: string): CodeCell {
  return { cell_type: "code", id, metadata: {}, source, execution_count: null, outputs: [] };
}

/** Tags that change how a cell is run are the lesson's business, not the student's. */
function withoutTags(cell: Cell): Cell {
  const { tags: _, ...metadata } = cell.metadata;
  return { ...cell, metadata };
}
