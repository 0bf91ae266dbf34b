import type { JsonObject } from "@finetune-icl/base";
import { type Cell, hasTag, type MarkdownCell, type Notebook } from "../runner/nbformat";
import { type Exercise, gradeId } from "./exercise";
import type { Lesson } from "./lesson";
import { withoutSolutions } from "./solutionRegions";

/**
 * The lesson as students get it: without outputs, solutions and teaching notes. Where an answer is asked for, the cell
 * throws, so that it compiles and its check says what is missing; an open exercise gets a cell to write in. The data for
 * nbgrader stays, and checks are protected from being changed by accident.
 */
export function studentCopy({ notebook, exercises, name }: Lesson): Notebook {
  const cells = notebook.cells.flatMap((cell): Cell[] => {
    const ends = exercises.filter((exercise) => lastCellOf(exercise, notebook) === cell);
    const own = hasTag(cell, "solution") ? [] : [studentCell(cell, exercises, name)];
    return [...own, ...ends.filter(({ kind }) => kind === "open").map(openAnswer)];
  });
  return { ...notebook, cells };
}

function studentCell(cell: Cell, exercises: readonly Exercise[], name: string): Cell {
  const { teaching: _, ...metadata } = cell.metadata;
  if (cell.cell_type !== "code") return { ...cell, metadata };
  const asked = exercises.find(({ answers }) => answers.includes(cell));
  const isCheck = exercises.some(({ checks }) => checks.includes(cell));
  return {
    ...cell,
    metadata: isCheck ? { ...metadata, deletable: false, editable: false } : metadata,
    source: asked ? withoutSolutions(cell.source, asked.number, `${name}: cell ${cell.id}`) : cell.source,
    execution_count: null,
    outputs: [],
  };
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
