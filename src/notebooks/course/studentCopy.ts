import { InputError, type JsonObject } from "@finetune-icl/base";
import { type Cell, hasTag, type MarkdownCell, type Notebook } from "../runner/nbformat";
import { readCheckCell, sealedCell } from "./checkCell";
import { type Exercise, gradeId } from "./exercise";
import type { Lesson } from "./lesson";
import type { LessonChecks } from "./lessonChecks";
import { seal } from "./seal";
import { withoutSolutions } from "./solutionRegions";

/**
 * The lesson as students get it: without outputs, solutions and teaching notes. Where an answer is asked for, the cell
 * throws, so that it compiles and its check says what is missing; an open exercise gets a cell to write in. The data for
 * nbgrader stays, and checks are protected from being changed by accident; what a check knows is sealed. `checks` is what
 * those of the lesson knew when it ran. The same lesson and the same checks give the same copy.
 * @throws InputError when a check is not written so that it can be sealed.
 */
export function studentCopy({ notebook, exercises, name }: Lesson, checks: LessonChecks): Notebook {
  const cells = notebook.cells.flatMap((cell): Cell[] => {
    const ends = exercises.filter((exercise) => lastCellOf(exercise, notebook) === cell);
    const own = hasTag(cell, "solution") ? [] : [studentCell(cell, exercises, name, checks)];
    return [...own, ...ends.filter(({ kind }) => kind === "open").map(openAnswer)];
  });
  return { ...notebook, cells };
}

function studentCell(cell: Cell, exercises: readonly Exercise[], name: string, known: LessonChecks): Cell {
  const { teaching: _, ...metadata } = cell.metadata;
  if (cell.cell_type !== "code") return { ...cell, metadata };
  const asked = exercises.find(({ answers }) => answers.includes(cell));
  const checked = exercises.find(({ checks }) => checks.includes(cell));
  const at = `${name}: cell ${cell.id}`;
  const source = asked
    ? withoutSolutions(cell.source, asked.number, at)
    : checked
      ? sealedSource(cell.source, checked.number, at, `${name} ${checked.number}`, known)
      : cell.source;
  return {
    ...cell,
    metadata: checked ? { ...metadata, deletable: false, editable: false } : metadata,
    source,
    execution_count: null,
    outputs: [],
  };
}

function sealedSource(
  source: string,
  exercise: string,
  at: string,
  salt: string,
  known: LessonChecks,
): string {
  const check = known.get(exercise);
  if (check === undefined) throw new InputError(at, "no answers", "a lesson whose checks have run");
  return sealedCell(readCheckCell(source, at), exercise, seal(check, salt));
}

/** The last cell before the next exercise or section. */
function lastCellOf({ heading }: Exercise, { cells }: Notebook): Cell {
  const start = cells.indexOf(heading);
  const next = cells.findIndex(
    (cell, index) =>
      index > start &&
      cell.cell_type === "markdown" &&
      !hasTag(cell, "solution") &&
      /^#{1,3} /m.test(cell.source),
  );
  return cells[next < 0 ? cells.length - 1 : next - 1]!;
}

/** Graded by a person: nbgrader knows such a cell as one that is both a solution and graded. */
function openAnswer({ number }: Exercise): MarkdownCell {
  const nbgrader: JsonObject = {
    grade: true,
    grade_id: gradeId("open", number),
    locked: false,
    points: 1,
    schema_version: 3,
    solution: true,
    task: false,
  };
  return {
    cell_type: "markdown",
    id: gradeId("open", number),
    metadata: { nbgrader, tags: ["exercise"] },
    source: `*Your answer to exercise ${number}: write it here.*`,
  };
}
