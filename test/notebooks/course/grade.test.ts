import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Grade, gradeSubmission } from "../../../src/notebooks/course/grade";
import { lessonOf } from "../../../src/notebooks/course/lesson";
import { findSandbox } from "../../../src/notebooks/course/sandbox";
import { studentCopy } from "../../../src/notebooks/course/studentCopy";
import { probeSubmission } from "../../../src/notebooks/course/submission";
import type { Cell, Notebook } from "../../../src/notebooks/runner/nbformat";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { serializeNotebook } from "../../../src/notebooks/runner/serializeNotebook";
import { packageRoot } from "../../support/root";
import { runMain } from "../../support/runMain";
import { makeWorkDirectory, removeDirectory } from "../runner/support/notebooks";
import { checksOf } from "./support/checks";
import { CELLS, cellOf, code, markdown, notebookOf } from "./support/lesson";

const lesson = lessonOf(notebookOf(CELLS), join(packageRoot, "notebooks", "04-a.ipynb"));
const checks = checksOf(lesson);
const sandbox = findSandbox();
const TIMEOUT = 600_000;

/** The student copy after somebody worked in it: cells with another source, or without a source taken away. */
function submission(
  changes: Readonly<Record<string, string | undefined>>,
  ...more: readonly Cell[]
): Notebook {
  const cells = studentCopy(lesson, checks).cells.flatMap((cell): readonly Cell[] => {
    if (!(cell.id in changes)) return [cell];
    const source = changes[cell.id];
    return source === undefined ? [] : [{ ...cell, source }];
  });
  return notebookOf([...more, ...cells]);
}

const grade = (notebook: Notebook, timeoutMs = 120_000): Promise<Grade> =>
  gradeSubmission(notebook, lesson, checks, { sandbox, timeoutMs });

/** What is said of each exercise that has points. */
const said = ({ exercises }: Grade) => exercises.slice(0, 2).map(({ says }) => says);

const RIGHT = { "answer-4-1": cellOf("answer-4-1").source, "answer-4-2": cellOf("answer-4-2").source };

describe("a submission", () => {
  const directory = makeWorkDirectory();
  afterAll(() => removeDirectory(directory));

  it("is read with a cell that was copied together with its id, which a notebook else is refused for", () => {
    const path = join(directory, "copied.ipynb");
    const { cells, ...rest } = submission(RIGHT);
    writeFileSync(path, serializeNotebook({ ...rest, cells: cells.flatMap((cell) => [cell, cell]) }));
    expect(() => readNotebook(path)).toThrow(/cells\[1\]\.id: holds .*an id that no earlier cell has/);
    const read = readNotebook(path, { renewsIds: true });
    expect(new Set(read.cells.map(({ id }) => id)).size).toBe(2 * cells.length);
    expect(read.cells.filter((_, i) => i % 2 === 0).map(({ id }) => id)).toEqual(cells.map(({ id }) => id));
    const { answers } = probeSubmission(read, lesson, checks, "mark");
    expect(answers.size).toBe(lesson.exercises.filter((exercise) => exercise.answers.length > 0).length);
  });

  it.each(["colab", "vscode", "nbformat-4.4", "classic"])(
    "is matched exercise by exercise as %s writes it, whatever became of the ids of its cells",
    (client) => {
      const handedIn = readNotebook(join(__dirname, "fixtures", `${client}.ipynb`));
      expect(handedIn.cells.some(({ id }) => id === "answer-4-1")).toBe(false);
      const { notebook, probes, answers } = probeSubmission(handedIn, lesson, checks, "mark");
      const at = (id: string | undefined) => notebook.cells.findIndex((cell) => cell.id === id);
      for (const number of ["4.1", "4.2"]) {
        expect(notebook.cells[at(answers.get(number))]?.source).toMatch(/return x( \+ x)?;/);
        expect(at(probes.get(number))).toBeGreaterThan(at(answers.get(number)));
      }
      expect(JSON.stringify(notebook)).not.toContain("sealed");
    },
  );

  it(
    "gets the points of its right answers, and for others what its check says",
    async () => {
      expect(await grade(readNotebook(join(__dirname, "fixtures", "colab.ipynb")))).toEqual({
        points: 1,
        of: 2,
        exercises: [
          { number: "4.1", kind: "by hand", points: 1, of: 1, says: "" },
          {
            number: "4.2",
            kind: "by code",
            points: 0,
            of: 1,
            says: "Exercise 4.2: the answer is wrong at one of the 2 inputs at least.",
          },
          { number: "4.3", kind: "open", points: undefined, of: undefined, says: "to be read" },
        ],
      });
    },
    TIMEOUT,
  );

  it(
    "loses nothing by a check that is gone, and is told the cell of a syntax error",
    async () => {
      const broken = { ...RIGHT, "check-4-1": undefined, "answer-4-2": "const answer42 = (x: number => x;" };
      const result = await grade(submission(broken));
      expect(said(result)[0]).toBe("");
      expect(said(result)[1]).toMatch(/^cell \d+ `const answer42 = \(x: number => x;` failed:\s+1:\d+ - /);
      expect(result.points).toBe(1);
    },
    TIMEOUT,
  );

  it(
    "is told in its own words where an answer has another name",
    async () => {
      const other = { ...RIGHT, "answer-4-1": "const another = (x: number): number => x;" };
      const result = await grade(submission(other));
      expect(said(result)).toEqual(["no cell above the check of exercise 4.1 makes `answer41`", ""]);
    },
    TIMEOUT,
  );

  it(
    "loses one point by a loop without an end or an exit, not those of the other exercises",
    async () => {
      const loop = {
        ...RIGHT,
        "answer-4-1": "const answer41 = (x: number): number => { while (true) x += 1; };",
      };
      expect(said(await grade(submission(loop), 15_000))).toEqual(["the answer did not end within 15 s", ""]);
      const exit = { ...RIGHT, "answer-4-1": "process.exit(0);" };
      expect(said(await grade(submission(exit)))).toEqual([
        expect.stringMatching(/^cell \d+ `process\.exit\(0\);` ended the kernel/),
        "",
      ]);
    },
    TIMEOUT,
  );

  it(
    "loses nothing by what the kernel still holds for another answer",
    async () => {
      const poisoned = {
        "answer-4-1":
          "const answer41 = (x: number): number => { (globalThis as any).isFull = true; throw new Error('full'); };",
        "answer-4-2":
          `${RIGHT["answer-4-2"]}\nconst right = answer42;\nanswer42 = (x: number): number => { if ((globalThis as any).isFull) process.abort(); return right(x); };`.replace(
            "const answer42",
            "let answer42",
          ),
      };
      const result = await grade(submission(poisoned));
      expect(said(result)).toEqual([expect.stringContaining("Error: full"), ""]);
      expect(result.points).toBe(1);
    },
    TIMEOUT,
  );

  it(
    "gets no points by redefining what checks, or what checks are made of",
    async () => {
      const tricks = code(
        "tricks",
        [
          "const checkAnswer = (...all: unknown[]): void => { console.log('Exercise 4.1: correct (2 inputs).'); };",
          "const icl = require('finetune-icl');",
          "try { Object.defineProperty(icl, 'checkAnswer', { value: checkAnswer }); } catch {}",
          "Array.prototype.every = () => true; Array.prototype.findIndex = () => -1; Object.is = () => true;",
          "Number.isFinite = () => true; Math.abs = () => 0; (JSON as any).parse = () => [];",
        ].join("\n"),
      );
      const without = CELLS.filter(({ id }) => id === "import").map(({ id }) => [id, "const nothing = 0;"]);
      const changes = {
        ...Object.fromEntries(without),
        "answer-4-1": "const answer41 = (x: number): any => ({ valueOf: () => 2 * x, right: true });",
        "answer-4-2": "const answer42 = (x: number): number => -1;",
      };
      const result = await grade(submission(changes, tricks));
      expect(result.points, JSON.stringify(result)).toBe(0);
      // What is tampered with may be what the kernel itself works with: then the cell fails.
      expect(said(result)[0]).toMatch(/the answer is an object, which cannot be compared|TypeError/);
    },
    TIMEOUT,
  );

  it(
    "that signals its parent ends nothing but itself",
    async () => {
      const kill = { ...RIGHT, "answer-4-1": "process.kill(process.ppid, 'SIGKILL'); while (true) {}" };
      const [first, second] = said(await grade(submission(kill), 30_000));
      expect(first).toMatch(/^cell \d+ `process\.kill.*` (ended the run|did not end|ended the kernel)/);
      expect(second).toBe("");
    },
    TIMEOUT,
  );

  it.runIf(sandbox === "bubblewrap")(
    "in the sandbox cannot write outside its folder, read solutions or other people's files, use the network, or leave processes behind",
    async () => {
      let contacts = 0;
      const server = createServer(() => {
        contacts += 1;
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const secret = join(directory, "secret.txt");
      const token = `${process.pid}7`;
      writeFileSync(secret, "secret");
      const attempts = {
        // Allowed, so that it is seen that what is done is told.
        own: 'fs.writeFileSync("own.txt", "x")',
        write: `fs.writeFileSync(${JSON.stringify(join(directory, "written.txt"))}, "x")`,
        home: `fs.writeFileSync(${JSON.stringify(join(homedir(), `written-${token}`))}, "x")`,
        package: `fs.writeFileSync(${JSON.stringify(join(packageRoot, "src", "notebooks", "dist", `written-${token}`))}, "x")`,
        secret: `fs.readFileSync(${JSON.stringify(secret)})`,
        solution: `fs.readFileSync(${JSON.stringify(join(packageRoot, "notebooks", "01-in-context-learning-in-one-layer.ipynb"))})`,
        installed: 'fs.readdirSync(require.resolve("finetune-icl").replace(/dist.*/, "../../notebooks"))',
        grader: `process.kill(${process.pid}, 0)`,
        environment: 'if (process.env.SECRET_TOKEN === undefined) throw new Error("no")',
        network: `require("child_process").execFileSync(process.execPath, ["-e", "require('net').connect(${port}, '127.0.0.1').on('error', () => process.exit(9)).on('connect', () => process.exit(0))"], { stdio: "ignore" })`,
      };
      const lines = Object.entries(attempts).map(
        ([name, attempt]) => `try { ${attempt}; done.push("${name}"); } catch {}`,
      );
      // A bomb that is not one: enough to see that nothing of it stays.
      const bomb = `for (let k = 0; k < 20; k += 1) require("child_process").spawn("sleep", ["${token}"], { detached: true, stdio: "ignore" }).unref();`;
      const changes = {
        ...RIGHT,
        "answer-4-1": [
          'const fs = require("fs");',
          "const done: string[] = [];",
          ...lines,
          bomb,
          "const answer41 = (x: number): number => { throw new Error('done: ' + done.join()); };",
        ].join("\n"),
      };
      process.env.SECRET_TOKEN = token;
      try {
        const result = await grade(submission(changes));
        expect(said(result)).toEqual([
          "Exercise 4.1: for the input (1), the answer throws Error: done: own.",
          "",
        ]);
      } finally {
        delete process.env.SECRET_TOKEN;
        server.close();
      }
      expect(contacts).toBe(0);
      expect(existsSync(join(homedir(), `written-${token}`))).toBe(false);
      const { execFileSync } = await import("node:child_process");
      expect(execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" })).not.toContain(`sleep ${token}`);
    },
    TIMEOUT,
  );

  it(
    "is graded by the command line, against the lesson that is named, each file alone",
    async () => {
      const [paper, broken] = ["Copy of 04-a.ipynb", "broken.ipynb"].map((name) => join(directory, name)) as [
        string,
        string,
      ];
      const key = join(packageRoot, "notebooks", "templates", "lesson.ipynb");
      writeFileSync(paper, serializeNotebook(notebookOf([markdown("title", "# Nothing")])));
      writeFileSync(broken, "{ not JSON");
      const unknown = await runMain("grade", paper);
      expect(unknown, unknown.err).toMatchObject({ code: 2, out: "" });
      expect(unknown.err).toContain("allowed: the file name of a lesson of the course, or --lesson FILE");
      const { code: exit, out, err } = await runMain("grade", broken, paper, "--lesson", key);
      expect(exit, err).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        sandbox,
        submissions: [
          { submission: broken, error: expect.stringContaining("allowed: a notebook, which is JSON") },
          {
            submission: paper,
            lesson: "lesson.ipynb",
            points: 0,
            of: 2,
            exercises: [{ says: "neither its answer nor its check is in the file" }, {}, {}],
          },
        ],
      });
    },
    TIMEOUT,
  );
});
