import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NotebookResult } from "../../../src/notebooks/runner/runNotebookFile";
import { type CellText, makeWorkDirectory, removeDirectory, writeNotebook } from "./support/notebooks";
import { type Ended, runNotebooks } from "./support/processes";

interface Case {
  readonly cells: readonly CellText[];
  /** What the message must name: the cell, and what went wrong. */
  readonly message: RegExp;
}

const cases: Record<string, Case> = {
  throws: {
    cells: ["const x = 1;", "\n// The first line.\nthrow new TypeError('no such thing')", "x"],
    message: /: cell 2 \(id c2\) `\/\/ The first line\.` failed:[\s\S]*TypeError: no such thing/,
  },
  "throws after an await": {
    cells: ["await Promise.resolve(); throw new RangeError('too far')"],
    message: /cell 1 .* failed:[\s\S]*RangeError: too far/,
  },
  "does not compile": {
    cells: ["const n: number = 'text';"],
    message: /cell 1 .* failed:\n {4}1:7 - Type 'string' is not assignable to type 'number'/,
  },
  "rejects unhandled": {
    cells: ["void Promise.reject(new Error('left alone'));", "1"],
    message: /cell 1 .* left an error that nobody handles[\s\S]*Error: left alone/,
  },
  "rejects unhandled after the last cell": {
    cells: ["setTimeout(() => { throw new Error('late') }, 60);"],
    message: /cell 1 .* left an error that nobody handles[\s\S]*Error: late/,
  },
  "rejects unhandled though stderr is allowed": {
    cells: [["void Promise.reject(new Error('left alone'));", "allow-stderr"]],
    message: /cell 1 .* left an error that nobody handles/,
  },
  "writes to stderr": {
    cells: ["console.error('a warning')"],
    message: /cell 1 .* wrote to stderr.*allow-stderr.*:\n {4}a warning/,
  },
  "does not throw as its tag says": {
    cells: [["1", "raises-exception"]],
    message: /cell 1 .* ran through, but its tag raises-exception/,
  },
  "exits with code 0": {
    cells: ["1", "process.exit(0)"],
    message: /cell 2 \(id c2\) `process\.exit\(0\)` ended the kernel \(exit code 0\)/,
  },
  "is killed": {
    cells: ["process.kill(process.pid, 'SIGKILL')"],
    message: /cell 1 .* ended the kernel \(killed by SIGKILL\)/,
  },
  "loops for ever": {
    cells: ["const before = 1;", "while (true) {}"],
    message: /cell 2 \(id c2\) `while \(true\) \{\}` did not end within 4 s/,
  },
  "prints for ever": {
    cells: ["while (true) console.log('x'.repeat(1e6))"],
    message: /cell 1 .* has more than 50000000 characters of output/,
  },
  "awaits for ever": {
    cells: ["await new Promise(() => {})"],
    message: /cell 1 .* did not end within 4 s/,
  },
  "blocks after it is done": {
    cells: ["setTimeout(() => { while (true) {} }, 30);"],
    message: /cell 1 .* did not end within 4 s/,
  },
  "shows a path of the machine": {
    cells: ["process.cwd()"],
    message: /cell 1 .* shows a path of this machine/,
  },
};

describe("a notebook that must fail", () => {
  const directory = makeWorkDirectory();
  const files = Object.entries(cases).map(([name, { cells }]) => ({
    name,
    ...writeNotebook(directory, name.replaceAll(" ", "-"), cells),
  }));
  let ended: Ended;
  let results: readonly NotebookResult[];

  beforeAll(async () => {
    ended = await runNotebooks("--timeout", "4", "--jobs", "3", ...files.map(({ path }) => path));
    results = JSON.parse(ended.stdout).notebooks;
  }, 180_000);
  afterAll(() => removeDirectory(directory));

  it.each(files.map((file, index) => ({ ...file, index })))("$name", ({ name, path, text, index }) => {
    const result = results[index];
    expect(result).toMatchObject({ notebook: path, status: "failed" });
    const message = result?.status === "failed" ? result.message : "";
    expect(message.startsWith(`${path}: cell `), message).toBe(true);
    expect(message).toMatch(cases[name]?.message ?? /^$/);
    expect(ended.stderr, "the message stands on stderr, once").toSatisfy(
      (stderr: string) => stderr.split(`${message}\n`).length === 2,
    );
    expect(readFileSync(path, "utf8"), "the file is as it was").toBe(text);
  });

  it("ends with exit code 1 and one line that sums up", () => {
    const summary = ended.stderr.trimEnd().split("\n").at(-1);
    expect({ code: ended.code, summary }).toEqual({
      code: 1,
      summary: expect.stringMatching(
        new RegExp(`^finetune-icl: ${files.length} of ${files.length} notebooks failed`),
      ),
    });
  });
});
