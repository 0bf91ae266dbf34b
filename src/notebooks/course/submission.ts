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
  /** Ids of the answers' cells by exercise. */
  readonly answers: ReadonlyMap<string, string>;
}

/**
 * Finds the exercises of the lesson in a submission: by nbgrader's `grade_id`, which clients keep when they lose or renew the ids of
 * cells (Colab, VS Code, anything that writes nbformat 4.4), or else by the id. A probe stands where the check was, or, without
 * a check, behind the answer. Cells get the ids `submitted-1`, `submitted-2`, …, so that nothing depends on theirs.
 */
export function probeSubmission(
  { cells, ...rest }: Notebook,
  lesson: Lesson,
  checks: LessonChecks,
  mark: string,
): ProbedSubmission {
  const numbered = cells.map((cell, index) => ({ ...cell, id: `submitted-${index + 1}` }));
  const find = (own: Cell | undefined) => {
    const index = own === undefined ? -1 : indexOf(cells, own);
    return index < 0 ? undefined : index;
  };
  const probes = new Map<string, string>();
  const answers = new Map<string, string>();
  const replaced = new Map<number, readonly Cell[]>();
  for (const exercise of lesson.exercises) {
    const [answer, check] = [find(exercise.answers[0]), find(exercise.checks[0])];
    if (answer !== undefined) answers.set(exercise.number, numbered[answer]!.id);
    const record = checks.get(exercise.number);
    const at = check ?? answer;
    if (record === undefined || at === undefined) continue;
    const id = `probe-${exercise.number.replace(".", "-")}`;
    probes.set(exercise.number, id);
    const probe = probeCell(id, probeSource(checkOf(exercise), record, mark));
    replaced.set(at, check === undefined ? [numbered[at]!, probe] : [probe]);
  }
  const all = numbered.flatMap((cell, index) => replaced.get(index) ?? [withoutTags(cell)]);
  return { notebook: { ...rest, cells: all }, probes, answers };
}

function checkOf({ checks: [check] }: Exercise) {
  return readCheckCell(check!.source, `cell ${check!.id}`);
}

function indexOf(cells: readonly Cell[], own: Cell): number {
  const grade = gradeIdOf(own);
  const byGrade = grade === undefined ? -1 : cells.findIndex((cell) => gradeIdOf(cell) === grade);
  return byGrade >= 0
    ? byGrade
    : cells.findIndex(({ id, cell_type }) => id === own.id && cell_type === "code");
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
