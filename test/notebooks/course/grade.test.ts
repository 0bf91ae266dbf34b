import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { gradeSubmission } from "../../../src/notebooks/course/grade";
import { lessonOf } from "../../../src/notebooks/course/lesson";
import { studentCopy } from "../../../src/notebooks/course/studentCopy";
import type { Cell } from "../../../src/notebooks/runner/nbformat";
import { serializeNotebook } from "../../../src/notebooks/runner/serializeNotebook";
import { runMain } from "../../support/runMain";
import { makeWorkDirectory, removeDirectory } from "../runner/support/notebooks";
import { CELLS, cellOf, notebookOf } from "./support/lesson";

const lesson = lessonOf(notebookOf(CELLS), "notebooks/04-a.ipynb");

/** The student copy after somebody worked in it: cells with another source, or without a source taken away. */
function submission(changes: Readonly<Record<string, string | undefined>>) {
  const cells = studentCopy(lesson).cells.flatMap((cell): readonly Cell[] => {
    if (!(cell.id in changes)) return [cell];
    const source = changes[cell.id];
    return source === undefined ? [] : [{ ...cell, source }];
  });
  return notebookOf(cells);
}

describe("a submission", () => {
  const directory = makeWorkDirectory();
  afterAll(() => removeDirectory(directory));
  const grade = (changes: Readonly<Record<string, string | undefined>>) =>
    gradeSubmission(submission(changes), lesson, join(directory, "04-a.ipynb"), { timeoutMs: 60_000 });

  it("gets the points of the checks it passes, by the checks of the lesson", async () => {
    const changes = {
      "answer-4-1": cellOf("answer-4-1").source,
      "answer-4-2": "const answer42 = (x: number): number => -x - shift;",
      "check-4-2": 'console.log("Exercise 4.2: correct (2 inputs).");',
    };
    expect(await grade(changes)).toEqual({
      points: 1,
      of: 2,
      exercises: [
        { number: "4.1", kind: "by hand", points: 1, of: 1, says: "" },
        {
          number: "4.2",
          kind: "by code",
          points: 0,
          of: 1,
          says: "Exercise 4.2: for the input (1), the answer has the wrong sign at every input. (0 of 2 inputs are right.)",
        },
        { number: "4.3", kind: "open", points: undefined, of: undefined, says: "to be read" },
      ],
    });
  });

  it("gets none for a check that is gone, or that the run did not reach", async () => {
    const changes = { "check-4-1": undefined, "answer-4-2": "process.exit(0);" };
    expect(await grade(changes)).toMatchObject({
      points: 0,
      of: 2,
      exercises: [
        { number: "4.1", says: "its check is missing" },
        { number: "4.2", says: "not reached: cell answer-4-2 ended the run" },
        {},
      ],
    });
  });

  it("is graded by the command line, against the lesson that is named", async () => {
    const [paper, key] = ["ada.ipynb", "04-a.ipynb"].map((name) => join(directory, name)) as [string, string];
    writeFileSync(paper, serializeNotebook(submission({})));
    writeFileSync(key, serializeNotebook(lesson.notebook));
    const unknown = await runMain("grade", paper);
    expect(unknown, unknown.err).toMatchObject({ code: 2, out: "" });
    expect(unknown.err).toContain("allowed: the file name of a lesson of the course, or --lesson FILE");
    const { code, out, err } = await runMain("grade", paper, "--lesson", key);
    expect(code, err).toBe(0);
    expect(err).toBe(`${paper}: 0 of 2; to be read: 4.3\n`);
    expect(JSON.parse(out)).toMatchObject({
      submissions: [
        {
          submission: paper,
          lesson: "04-a.ipynb",
          points: 0,
          of: 2,
          exercises: [{ says: expect.stringContaining("no answer yet") }, {}, {}],
        },
      ],
    });
  });
});
