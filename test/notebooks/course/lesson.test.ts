import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/base/json";
import { lessonOf } from "../../../src/notebooks/course/lesson";
import { classMinutes, exerciseMinutes } from "../../../src/notebooks/course/minutes";
import { timingsTable, withTimings } from "../../../src/notebooks/course/syllabus";
import type { Cell } from "../../../src/notebooks/runner/nbformat";
import {
  answerData,
  CELLS,
  cellOf,
  cellsWith,
  checkData,
  code,
  markdown,
  notebookOf,
} from "./support/lesson";

const read = (cells: readonly Cell[]) => lessonOf(notebookOf(cells), "notebooks/04-a.ipynb");

/** A cell of the lesson with other metadata or another source. */
function changed(
  id: string,
  change: { readonly source?: string; readonly metadata?: JsonObject },
): readonly Cell[] {
  return cellsWith(id, { ...cellOf(id), ...change });
}

describe("a lesson", () => {
  it("has a title, exercises with their cells, and teaching notes", () => {
    const lesson = read(CELLS);
    expect(lesson).toMatchObject({ name: "04-a.ipynb", title: "4. A lesson" });
    const ids = (cells: readonly Cell[]) => cells.map(({ id }) => id).join();
    expect(
      lesson.exercises.map(({ number, kind, answers, checks }) => [number, kind, ids(answers), ids(checks)]),
    ).toEqual([
      ["4.1", "by hand", "answer-4-1", "check-4-1"],
      ["4.2", "by code", "answer-4-2", "check-4-2"],
      ["4.3", "open", "", ""],
    ]);
    expect(lesson.notes.map(({ title, minutes, note }) => [title, minutes, note])).toEqual([
      ["4. A lesson", 3, "Ask first.\nThen wait."],
      ["The mathematics", 5.5, undefined],
    ]);
  });

  it("may have no exercises at all, and open ones with a cell to start from", () => {
    expect(read([markdown("title", "# 1. T")]).exercises).toEqual([]);
    const start = code("start-4-3", "const start = 1;", { tags: ["exercise"] });
    expect(read(cellsWith("exercise-4-3", cellOf("exercise-4-3"), start)).exercises[2]!.answers).toEqual([
      start,
    ]);
  });

  it("may be the second half of one that was split: 7b.1", () => {
    const relabelled = CELLS.map((cell) => ({
      ...JSON.parse(JSON.stringify(cell).replaceAll("4.1", "7b.1").replaceAll("-4-1", "-7b-1")),
    })) as readonly Cell[];
    const [first] = lessonOf(notebookOf(relabelled), "notebooks/07b-a.ipynb").exercises;
    expect([first!.number, first!.answers[0]!.id, first!.checks[0]!.id]).toEqual([
      "7b.1",
      "answer-7b-1",
      "check-7b-1",
    ]);
  });

  const check = cellOf("check-4-1").source;
  it.each<[string, readonly Cell[], string]>([
    [
      "a number that comes twice",
      changed("exercise-4-2", { source: "### Exercise 4.1 (by code)" }),
      'cell exercise-4-2: exercise: holds "4.1"; allowed: a number that no earlier exercise has',
    ],
    [
      "a heading without its kind",
      changed("exercise-4-2", { source: "### Exercise 4.2" }),
      'cell exercise-4-2: heading: holds "Exercise 4.2"; allowed: Exercise 4.1 (by hand), (by code) or (open)',
    ],
    ["no check", cellsWith("check-4-1"), 'exercise 4.1 (by hand): holds "no check"; allowed: one check cell'],
    [
      "no answer cell",
      cellsWith("answer-4-1"),
      'exercise 4.1 (by hand): holds "no answer"; allowed: one answer cell',
    ],
    [
      "two checks",
      cellsWith("check-4-1", cellOf("check-4-1"), { ...cellOf("check-4-1"), id: "again" }),
      'exercise 4.1 (by hand): holds ["check-4-1","again"]; allowed: one check cell',
    ],
    [
      "a check of another exercise",
      changed("check-4-1", { source: check.replace("4.1", "4.7") }),
      'cell check-4-1: exercise: holds "checkAnswer(\\"4.7\\""; allowed: checkAnswer("4.1", …)',
    ],
    [
      "an id of another exercise",
      changed("answer-4-1", { metadata: { tags: ["exercise"], nbgrader: answerData("4.2") } }),
      'cell answer-4-1: metadata.nbgrader.grade_id: holds "answer-4-2"; allowed: "answer-4-1"',
    ],
    [
      "no data for nbgrader",
      changed("answer-4-1", { metadata: { tags: ["exercise"] } }),
      "cell answer-4-1: metadata.nbgrader.grade: holds nothing; allowed: false",
    ],
    [
      "no points",
      changed("check-4-1", { metadata: { tags: ["check"], nbgrader: { ...checkData("4.1"), points: -1 } } }),
      "cell check-4-1: metadata.nbgrader.points: holds -1; allowed: a number from 0",
    ],
    [
      "an answer outside exercises",
      cellsWith("import", { ...cellOf("answer-4-1"), id: "stray" }),
      'cell stray: holds "answer"; allowed: a cell below the heading of its exercise',
    ],
    [
      "no solution",
      changed("answer-4-1", { source: "const answer41 = (x: number): number => x;" }),
      'cell answer-4-1: holds "no solution"; allowed: one between // BEGIN SOLUTION and // END SOLUTION',
    ],
    [
      "a region without an end",
      changed("answer-4-1", { source: "// BEGIN SOLUTION\n1" }),
      'cell answer-4-1: holds "// BEGIN SOLUTION"; allowed: an // END SOLUTION after it',
    ],
    [
      "an end without a region",
      changed("answer-4-1", { source: "1\n// END SOLUTION" }),
      'cell answer-4-1, line 2: holds "// END SOLUTION"; allowed: // BEGIN SOLUTION first',
    ],
    [
      "a region in a region",
      changed("answer-4-1", { source: "// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION" }),
      'cell answer-4-1, line 2: holds "// BEGIN SOLUTION"; allowed: // END SOLUTION first',
    ],
    [
      "a marker beside code",
      changed("answer-4-1", { source: "return 1; // BEGIN SOLUTION\n// END SOLUTION" }),
      'cell answer-4-1, line 1: holds "return 1; // BEGIN SOLUTION"; allowed: a marker alone in its line',
    ],
    [
      "a solution in another cell",
      changed("import", { source: "// BEGIN SOLUTION\n// END SOLUTION" }),
      'cell import: holds "// BEGIN SOLUTION"; allowed: solutions in answer cells only',
    ],
    [
      "minutes that are none",
      changed("title", { metadata: { teaching: { minutes: 0 } } }),
      "cell title: metadata.teaching.minutes: holds 0; allowed: a number above 0, at most 240",
    ],
    [
      "a note of an unknown kind",
      changed("title", { metadata: { teaching: { minutes: 1, notes: "x" } } }),
      'cell title: metadata.teaching.notes: holds "x"; allowed: no such field',
    ],
  ])("with %s is refused in one line", (_name, cells, message) => {
    const said = complaint(() => read(cells));
    expect(said).toContain(`notebooks/04-a.ipynb: ${message}`);
    expect(said).not.toContain("\n");
  });
});

describe("the minutes of a lesson", () => {
  it("count exercises apart, and alike whether or not their heading or they themselves have notes", () => {
    const plain = read(CELLS);
    expect([classMinutes(plain), exerciseMinutes(plain)]).toEqual([8.5, 30]);
    const onHeading = read(changed("exercises", { metadata: { teaching: { minutes: 12, note: "Look." } } }));
    expect([classMinutes(onHeading), exerciseMinutes(onHeading)]).toEqual([8.5, 30]);
    const own = read(changed("exercise-4-2", { metadata: { teaching: { minutes: 25 } } }));
    expect([classMinutes(own), exerciseMinutes(own)]).toEqual([8.5, 45]);
  });
});

describe("the table of the syllabus", () => {
  it("counts minutes and exercises, and takes the place of the last one", () => {
    const table = timingsTable([read(CELLS), read([markdown("title", "# 5. No times")])], "../notebooks");
    expect(table).toBe(
      [
        "| lesson | minutes in class | by hand | by code | open | minutes of exercises |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| [4. A lesson](../notebooks/04-a.ipynb) | 8.5 | 1 | 1 | 1 | 30 |",
        "| [5. No times](../notebooks/04-a.ipynb) | – | – | – | – | – |",
        "| together | 8.5 | 1 | 1 | 1 | 30 |",
      ].join("\n"),
    );
    const page = "# S\n<!-- timings: written by `course --syllabus` -->\nold\n<!-- end of timings -->\nend\n";
    expect(withTimings(page, table)).toBe(page.replace("old", () => table));
    expect(withTimings(withTimings(page, "x"), table)).toBe(withTimings(page, table));
    expect(() => withTimings("# S\n", table)).toThrow("no place for the timings");
  });
});

function complaint(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect((error as Error).name).toBe("InputError");
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}
