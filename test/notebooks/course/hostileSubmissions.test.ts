import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gradeSubmission } from "../../../src/notebooks/course/grade";
import { lessonOf } from "../../../src/notebooks/course/lesson";
import { findSandbox, LIMITS } from "../../../src/notebooks/course/sandbox";
import { studentCopy } from "../../../src/notebooks/course/studentCopy";
import type { Cell, Notebook } from "../../../src/notebooks/runner/nbformat";
import { PROGRAM, packageRoot } from "../../support/root";
import { runMain } from "../../support/runMain";
import { makeWorkDirectory, removeDirectory } from "../runner/support/notebooks";
import { checksOf } from "./support/checks";
import { CELLS, cellOf, notebookOf } from "./support/lesson";

const lesson = lessonOf(notebookOf(CELLS), join(packageRoot, "notebooks", "04-a.ipynb"));
const checks = checksOf(lesson);
const sandbox = findSandbox();
const TIMEOUT = 600_000;
const RIGHT_41 = "const answer41 = (x: number): number => 2 * x;";

/** The student copy with the second answer right, and the first one as given. */
function submission(first: string): Notebook {
  const sources: Readonly<Record<string, string>> = {
    "answer-4-1": first,
    "answer-4-2": cellOf("answer-4-2").source,
  };
  return notebookOf(
    studentCopy(lesson, checks).cells.map((cell) => ({ ...cell, source: sources[cell.id] ?? cell.source })),
  );
}

/** What is said of both exercises with points. */
async function said(notebook: Notebook, limits = LIMITS): Promise<readonly string[]> {
  const grade = await gradeSubmission(notebook, lesson, checks, { sandbox, timeoutMs: 10_000, limits });
  const exercises = grade.exercises.slice(0, 2);
  expect(grade.points).toBe(exercises.filter(({ says }) => says === "").length);
  return exercises.map(({ says }) => says);
}

const right = submission(RIGHT_41);
const withCells = (change: (cells: readonly Cell[]) => readonly Cell[]): Notebook => ({
  ...right,
  cells: change(right.cells),
});
const cellIn = (id: string): Cell => right.cells.find((cell) => cell.id === id)!;

describe("an answer that spoils what the others need costs its own point and no other:", () => {
  it.each([
    [
      "deletes its folder and ends the kernel",
      'require("fs").rmSync("..", { recursive: true, force: true }); process.exit(3);',
      /^cell \d+ `require.*` (?:failed|ended the kernel)/,
    ],
    [
      "takes console.log away",
      `console.log = () => {};\n${RIGHT_41}`,
      /^the answer gave nothing that can be read$/,
    ],
    [
      "breaks arrays",
      `${RIGHT_41}\nArray.prototype.map = function () { throw new Error("mine"); };`,
      /^the answer (?:failed|ended the kernel)/,
    ],
    [
      "leaves a timer that never ends",
      `setTimeout(() => { while (true) {} }, 0);\n${RIGHT_41}`,
      /^$|did not end/,
    ],
  ])("%s", { timeout: TIMEOUT }, async (_, first, says) => {
    const [own, other] = await said(submission(first));
    expect(own).toMatch(says);
    expect(other).toBe("");
  });
});

describe("a right answer is found", () => {
  it.each([
    [
      "with megabytes printed after it",
      submission(
        'const answer41 = (x: number): number => { setTimeout(() => console.log("y".repeat(3e6)), 1); return 2 * x; };',
      ),
    ],
    [
      "with bytes that are no text",
      submission(`process.stdout.write(Buffer.from([0xff, 0xc3]));\n${RIGHT_41}`),
    ],
    [
      "with its check moved above it",
      withCells((cells) => [cellIn("check-4-1"), ...cells.filter(({ id }) => id !== "check-4-1")]),
    ],
    [
      "in the last of two cells with its grade_id",
      withCells((cells) =>
        cells.flatMap((cell) =>
          cell.id === "answer-4-1"
            ? [{ ...cell, source: RIGHT_41.replace("2", "3") }]
            : cell.id === "check-4-2"
              ? [cell, { ...cellIn("answer-4-1"), id: "copy" }]
              : [cell],
        ),
      ),
    ],
    [
      "with both its cells twice",
      withCells((cells) => [...cells, ...cells.map((cell) => ({ ...cell, id: `${cell.id}-copy` }))]),
    ],
  ])("%s", { timeout: TIMEOUT }, async (_, notebook) => {
    expect(await said(notebook)).toEqual(["", ""]);
  });

  it(
    "or it is said why not: which copy counts, and that a cell of text does not run",
    async () => {
      const wrongCopy = withCells((cells) => [
        ...cells,
        { ...cellIn("answer-4-1"), id: "copy", source: RIGHT_41.replace("2", "3") },
      ]);
      expect((await said(wrongCopy))[0]).toMatch(
        / \(2 cells have the grade_id of this answer; what the last of them leaves counts\.\)$/,
      );
      const text = withCells((cells) =>
        cells.map(
          ({ id, metadata, source, ...cell }): Cell =>
            id === "answer-4-1"
              ? { cell_type: "markdown", id, metadata, source }
              : ({ id, metadata, source, ...cell } as Cell),
        ),
      );
      expect(await said(text)).toEqual(["the answer is in a markdown cell, which does not run", ""]);
    },
    TIMEOUT,
  );
});

it(
  "a submission that could not be run at all has no grade: what runs it did not start",
  async () => {
    await expect(said(right, { ...LIMITS, processBytes: 1000 })).rejects.toThrow(
      /^what runs submissions did not start|^nothing could be run: the kernel/,
    );
  },
  TIMEOUT,
);

describe("finetune-icl grade", () => {
  const directory = makeWorkDirectory();
  afterAll(() => removeDirectory(directory));
  const course = join(directory, "course");
  const at = (name: string): string => join(directory, name);
  const [SOUND, SLOW] = ["01-counting-comparisons.ipynb", "01b-how-long-is-a-run.ipynb"] as const;

  beforeAll(() => {
    cpSync(join(__dirname, "fixtures", "sorting"), join(course, "notebooks"), { recursive: true });
    writeFileSync(
      join(course, "package.json"),
      JSON.stringify({ name: "sorting", version: "1.0.0", private: true }),
    );
    mkdirSync(at("handed-in"));
    for (const name of [SOUND, SLOW])
      cpSync(join(course, "notebooks", name), join(directory, "handed-in", name));
    const slow = JSON.parse(readFileSync(join(course, "notebooks", SLOW), "utf8")) as {
      cells: { source: unknown; cell_type: string }[];
    };
    slow.cells.find(({ cell_type }) => cell_type === "code")!.source =
      `while (true) {} // ${"a long line ".repeat(10)}`;
    writeFileSync(join(course, "notebooks", SLOW), JSON.stringify(slow));
  });

  it(
    "says in one whole line which cell of a lesson did not end in time, and judges what answers other lessons",
    () => {
      const grade = (...names: readonly string[]) =>
        spawnSync(
          process.execPath,
          [PROGRAM, "grade", ...names.map((name) => join(directory, "handed-in", name)), "--timeout", "10"],
          { cwd: course, encoding: "utf8" },
        );
      const line =
        /exercise 1b\.\d of notebooks\/01b-how-long-is-a-run\.ipynb: cell \d+ \(id [^)]*\) `while \(true\) \{\} [^`]*`: holds "work of more than 10 s"; allowed: cells that end within the limit, or a longer one \(--timeout\)/;
      const both = grade(SLOW, SOUND);
      expect(both.status, both.stderr).toBe(1);
      const { submissions } = JSON.parse(both.stdout) as {
        readonly submissions: readonly { error?: string; points?: number; of?: number }[];
      };
      expect(submissions[0]!.error).toMatch(line);
      expect(submissions[1]!.points).toBe(submissions[1]!.of);
      const alone = grade(SLOW);
      expect(
        alone.stderr
          .trimEnd()
          .split("\n")
          .filter((text) => line.test(text)),
      ).toHaveLength(1);
      expect(alone.stderr).toMatch(/--timeout\)\n$/);
      expect(alone.status).toBe(2);
    },
    TIMEOUT,
  );

  it(
    "prints what is judged already when a signal ends it, and leaves no process behind",
    async () => {
      const [first, endless] = [at("first.ipynb"), at("endless.ipynb")];
      cpSync(join(course, "notebooks", SOUND), first);
      const notebook = JSON.parse(readFileSync(first, "utf8")) as { cells: object[] };
      const token = `${process.pid}99`;
      const source = `require("child_process").spawnSync("sleep", ["${token}"]);`;
      notebook.cells.unshift({
        cell_type: "code",
        id: "endless",
        metadata: {},
        source,
        execution_count: null,
        outputs: [],
      });
      writeFileSync(endless, JSON.stringify(notebook));
      const child = spawn(
        process.execPath,
        [PROGRAM, "grade", first, endless, "--jobs", "1", "--lesson", join(course, "notebooks", SOUND)],
        { stdio: ["ignore", "pipe", "pipe"] },
      );
      let [out, err] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        err += text;
        if (/first\.ipynb: \d of \d/.test(text)) child.kill("SIGINT");
      });
      const code = await new Promise((resolve) => child.once("close", resolve));
      expect(code, err).toBe(130);
      expect(err).toMatch(
        /finetune-icl: interrupted; 1 of 2 submissions are judged, and in the report; grade the others again\n$/,
      );
      expect(JSON.parse(out)).toMatchObject({
        submissions: [
          { submission: first, lesson: SOUND, points: expect.any(Number) },
          { submission: endless, error: "not judged: the command was interrupted" },
        ],
      });
      const { stdout } = spawnSync("ps", ["-A", "-o", "args="], { encoding: "utf8" });
      expect(stdout).not.toContain(`sleep ${token}`);
    },
    TIMEOUT,
  );

  it("refuses a link, which leads to what nobody handed in, and what is no notebook, each in one line", async () => {
    const refused: Readonly<Record<string, RegExp>> = {
      "link.ipynb": /allowed: the file itself, no link/,
      "dangling.ipynb": /allowed: the file itself, no link/,
      "folder.ipynb": /not of a folder/,
      "pipe.ipynb": /not of a named pipe/,
      "list.ipynb": /holds \[\]; allowed: a notebook/,
      "null.ipynb": /holds null; allowed: a notebook/,
      "empty.ipynb": /holds ""; allowed: a notebook/,
      "bytes.ipynb": /UTF-8/,
      "deep.ipynb": /nested more than 100 levels deep/,
      "cells.ipynb": /cells: holds null; allowed: a list/,
      "source.ipynb": /cells\[0\]\.source: holds 7/,
      "old.ipynb": /nbformat: holds 3/,
    };
    symlinkSync(join(course, "notebooks", SOUND), at("link.ipynb"));
    symlinkSync("nowhere", at("dangling.ipynb"));
    mkdirSync(at("folder.ipynb"));
    spawnSync("mkfifo", [at("pipe.ipynb")]);
    const notebook = JSON.parse(readFileSync(join(course, "notebooks", SOUND), "utf8")) as {
      cells: object[];
    };
    const contents = {
      "list.ipynb": "[]",
      "null.ipynb": "null",
      "empty.ipynb": "",
      "bytes.ipynb": Buffer.from([0x7b, 0xff, 0xfe]),
      "deep.ipynb": "[".repeat(5000) + "]".repeat(5000),
      "cells.ipynb": JSON.stringify({ ...notebook, cells: null }),
      "source.ipynb": JSON.stringify({ ...notebook, cells: [{ ...notebook.cells[0], source: 7 }] }),
      "old.ipynb": JSON.stringify({ ...notebook, nbformat: 3 }),
    };
    for (const [name, content] of Object.entries(contents)) writeFileSync(at(name), content);
    for (const [name, line] of Object.entries(refused)) {
      const { code, err } = await runMain("grade", at(name), "--lesson", join(course, "notebooks", SOUND));
      expect(err, name).toMatch(line);
      expect(err.trimEnd().split("\n"), name).toHaveLength(1);
      expect(code, name).toBe(2);
    }
  });
});
