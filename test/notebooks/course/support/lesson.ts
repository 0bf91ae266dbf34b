import type { JsonObject } from "../../../../src/base/json";
import type { Cell, CodeCell, MarkdownCell, Notebook } from "../../../../src/notebooks/runner/nbformat";

export function markdown(id: string, source: string, metadata: JsonObject = {}): MarkdownCell {
  return { cell_type: "markdown", id, metadata, source };
}

export function code(id: string, source: string, metadata: JsonObject = {}): CodeCell {
  return {
    cell_type: "code",
    id,
    metadata,
    source,
    execution_count: 3,
    outputs: [{ output_type: "stream", name: "stdout", text: "stored\n" }],
  };
}

export function notebookOf(cells: readonly Cell[]): Notebook {
  const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
  return { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells };
}

export function answerData(exercise: string): JsonObject {
  return {
    grade: false,
    grade_id: `answer-${exercise.replace(".", "-")}`,
    locked: false,
    schema_version: 3,
    solution: true,
    task: false,
  };
}

export function checkData(exercise: string): JsonObject {
  return {
    grade: true,
    grade_id: `check-${exercise.replace(".", "-")}`,
    locked: true,
    points: 1,
    schema_version: 3,
    solution: false,
    task: false,
  };
}

/** A lesson with an exercise by hand, one by code and an open one. */
export const CELLS: readonly Cell[] = [
  markdown("title", "# 4. A lesson\n\n**The question.** Why?", {
    teaching: { minutes: 3, note: "Ask first.\nThen wait." },
  }),
  code("import", 'import { checkAnswer } from "@finetune-icl/notebooks";'),
  code("parameters", "const shift = 1;", { tags: ["parameters"] }),
  markdown("mathematics", "## The mathematics\n\n$1 + 1 = 2$", { teaching: { minutes: 5.5 } }),
  markdown("exercises", "## Exercises"),
  markdown("exercise-4-1", "### Exercise 4.1 (by hand)\n\nDouble $x$."),
  code(
    "answer-4-1",
    "const answer41 = (x: number): number => {\n  // BEGIN SOLUTION\n  const twice = 2 * x;\n  return twice;\n  // END SOLUTION\n};",
    { tags: ["exercise"], nbgrader: answerData("4.1") },
  ),
  code(
    "check-4-1",
    'checkAnswer("4.1", answer41, { inputs: [[1], [2]], correct: (x) => 2 * x, hint: "x + x" });',
    {
      tags: ["check"],
      nbgrader: checkData("4.1"),
    },
  ),
  markdown(
    "solution-4-1",
    "<details><summary>Solution</summary>\n\n### Not an exercise\n\n$2x$\n\n</details>",
    {
      tags: ["solution"],
    },
  ),
  markdown("exercise-4-2", "### Exercise 4.2 (by code)\n\nShift $x$."),
  code(
    "answer-4-2",
    "const answer42 = (x: number): number => {\n  // BEGIN SOLUTION\n  return x + shift;\n  // END SOLUTION\n};",
    { tags: ["exercise"], nbgrader: answerData("4.2") },
  ),
  code("check-4-2", 'checkAnswer("4.2", answer42, { inputs: [[1], [2]], correct: (x) => x + shift });', {
    tags: ["check"],
    nbgrader: checkData("4.2"),
  }),
  markdown("exercise-4-3", "### Exercise 4.3 (open)\n\nWhat else?"),
  markdown("solution-4-3", "<details><summary>Solution</summary>\n\nMuch.\n\n</details>", {
    tags: ["solution"],
  }),
  markdown("references", "## References"),
];

/** The lesson's cells with the one of this id replaced or, without a replacement, left out. */
export function cellsWith(id: string, ...replacement: readonly Cell[]): readonly Cell[] {
  if (!CELLS.some((cell) => cell.id === id)) throw new Error(`no cell ${id}`);
  return CELLS.flatMap((cell) => (cell.id === id ? replacement : [cell]));
}

export function cellOf(id: string): Cell {
  const cell = CELLS.find((each) => each.id === id);
  if (!cell) throw new Error(`no cell ${id}`);
  return cell;
}
