import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compareNotebooks } from "../../../src/notebooks/runner/compareNotebooks";
import { parseNotebook } from "../../../src/notebooks/runner/parseNotebook";
import { readNotebook, readNotebookFile } from "../../../src/notebooks/runner/readNotebook";
import type { NotebookResult } from "../../../src/notebooks/runner/runNotebookFile";
import { serializeNotebook } from "../../../src/notebooks/runner/serializeNotebook";
import { makeWorkDirectory, removeDirectory, writeNotebook } from "./support/notebooks";
import { runNotebooks } from "./support/processes";

const directory = makeWorkDirectory();
afterAll(() => removeDirectory(directory));

describe("a run that does not go well", () => {
  it("leaves its outputs so far with --out, interrupts what does not end, and goes on with --keep-going", async () => {
    const out = join(directory, "out");
    const stopping = writeNotebook(directory, "stopping", ["'first'", "throw new Error('here')", "'third'"]);
    const lasting = writeNotebook(directory, "lasting", [
      "let n = 1; n",
      "while (true) {}",
      "await new Promise(() => {})",
      "n + 1",
    ]);
    const figures = writeNotebook(directory, "figures", [
      'import * as tslab from "tslab"; const text = "x".repeat(10_000_000); for (let i = 0; i < 9; i++) tslab.display.html(text);',
    ]);
    const stopped = await runNotebooks("--out", out, stopping.path);
    expect(stopped.code).toBe(1);
    const outputs = (name: string) =>
      readNotebook(join(out, `${name}.ipynb`)).cells.map((cell) =>
        cell.cell_type === "code" ? cell.outputs : [],
      );
    expect(outputs("stopping")).toMatchObject([
      [{ output_type: "execute_result", data: { "text/plain": "first" } }],
      [{ output_type: "error", ename: "Error", evalue: "here" }],
      [],
    ]);

    const kept = await runNotebooks(
      "--out",
      out,
      "--keep-going",
      "--timeout",
      "5",
      lasting.path,
      figures.path,
    );
    const [run, large] = (JSON.parse(kept.stdout) as { notebooks: NotebookResult[] }).notebooks;
    expect(run).toMatchObject({ status: "failed", failedCells: [{ id: "c2" }, { id: "c3" }] });
    expect(run?.status === "failed" && run.message).toMatch(
      /c2\).* did not end within 5 s[\s\S]*c3\).* did not end within 5 s/,
    );
    expect(outputs("lasting").at(-1)).toMatchObject([{ data: { "text/plain": "2" } }]);
    expect(large?.status === "failed" && large.message).toContain("more than 50000000 characters of output");
  });

  it("goes on with --keep-going on a new kernel where a cell ended the old one, and says what is lost", async () => {
    const out = join(directory, "restarted");
    const { path } = writeNotebook(directory, "ending", [
      "const n = 1; n",
      "process.exit(3)",
      "2",
      "n",
      "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})",
    ]);
    const { code, stdout } = await runNotebooks("--out", out, "--keep-going", path);
    expect(code).toBe(1);
    const [run] = (JSON.parse(stdout) as { notebooks: NotebookResult[] }).notebooks;
    expect(run).toMatchObject({ failedCells: [{ id: "c2" }, { id: "c4" }, { id: "c5" }] });
    const message = run?.status === "failed" ? run.message : "";
    expect(message).toContain(
      "ended the kernel (exit code 3); the cells below it ran on a new kernel, which does not know the names above",
    );
    expect(message).toContain("Cannot find name 'n'");
    expect(message).toMatch(/c5\).* ended the kernel \(killed by SIGKILL\)\n?$/);
    const outputs = readNotebook(join(out, "ending.ipynb")).cells.map((cell) =>
      cell.cell_type === "code" ? cell.outputs.length : 0,
    );
    expect(outputs).toEqual([1, 0, 1, 1, 0]);
  });

  it("does not replace a file that nobody may write", async () => {
    const { path, text } = writeNotebook(directory, "protected", ["1"]);
    chmodSync(path, 0o444);
    const { code, stderr } = await runNotebooks(path);
    expect(code).toBe(1);
    expect(stderr).toContain("read-only");
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(statSync(path).mode & 0o777).toBe(0o444);
  });
});

describe("a cell whose output differs from run to run", () => {
  const cell = (source: string, text: string, tags: readonly string[] = []) =>
    parseNotebook(
      {
        nbformat: 4,
        nbformat_minor: 5,
        metadata: {},
        cells: [
          {
            cell_type: "code",
            id: "c",
            metadata: { tags },
            source,
            execution_count: 1,
            outputs: [{ output_type: "stream", name: "stdout", text }],
          },
        ],
      },
      "x.ipynb",
    );
  it.each([
    [["ignore-output"], "1", 0],
    [["nbval-ignore-output"], "1", 0],
    [[], "// NBVAL_IGNORE_OUTPUT\n1", 0],
    [["other"], "1 // not NBVAL_IGNORE_OUTPUT", 1],
  ] as const)("with tags %j and code %j gives %i differences", (tags, source, differences) => {
    expect(compareNotebooks(cell(source, "a", tags), cell(source, "b", tags))).toHaveLength(differences);
  });
});

describe("files of other makers", () => {
  const file = (name: string, text: string | Buffer) => {
    const path = join(directory, `${name}.ipynb`);
    writeFileSync(path, text);
    return path;
  };
  it("with a name twice, or bytes that are no text, are refused by their place", () => {
    const twice = file(
      "twice",
      '{\n "nbformat": 4,\n "nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
    );
    expect(() => readNotebook(twice)).toThrow(
      'a notebook (line 3: the name "nbformat" stands twice in one object)',
    );
    const latin = file("latin", Buffer.from('{"cells": "gr\u00fcn"}', "latin1"));
    expect(() => readNotebook(latin)).toThrow("UTF-8 (not UTF-8: byte 13 cannot stand there)");
  });

  it("may hold a picture of ten megabytes", () => {
    const picture = "A".repeat(10_000_000);
    const output = { output_type: "display_data", data: { "image/png": picture }, metadata: { width: 1 } };
    const cells = [code({ id: "a", outputs: [output] })];
    const path = file("large", JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
    expect(readNotebook(path).cells).toMatchObject([{ outputs: [{ data: { "image/png": picture } }] }]);
  });

  const code = (more: object) => ({
    cell_type: "code",
    metadata: {},
    source: "1",
    outputs: [],
    execution_count: null,
    ...more,
  });

  it("of nbformat 4.0 to 4.4 get the ids that they lack and keep those that they have", () => {
    for (const minor of [0, 1, 2, 3, 4]) {
      const cells = [
        code({}),
        code({ id: "own" }),
        code({ id: "own" }),
        code({ id: "not an id" }),
        code({ id: "cell-1" }),
      ];
      const upgraded = parseNotebook({ nbformat: 4, nbformat_minor: minor, metadata: {}, cells }, "x.ipynb");
      const ids = upgraded.cells.map(({ id }) => id);
      expect(ids).toEqual(["cell-1-new", "own", "cell-3", "cell-4", "cell-1"]);
      expect(upgraded.nbformat_minor).toBe(5);
    }
  });

  it("keep the numbers of their metadata as they are written", () => {
    const numbers = "[1.0, 1e3, 0.5, 12345678901234567890, 1E-7, -0.0, 3]";
    const text = `{"nbformat":4,"nbformat_minor":5,"metadata":{"n":${numbers}},"cells":[{"cell_type":"markdown","id":"m","metadata":{"x":2.50},"source":"1.0"}]}`;
    const written = serializeNotebook(readNotebookFile(file("numbers", text)).notebook);
    expect(written.replaceAll(/\s/g, "")).toContain(numbers.replaceAll(" ", ""));
    expect(written).toContain('"x": 2.50');
  });

  it.each([
    ["a byte order mark", "\uFEFF{}", /holds "a byte order mark"; allowed: UTF-8 without one/],
    [
      "nbformat 3",
      '{"nbformat":3,"nbformat_minor":0,"metadata":{},"worksheets":[]}',
      /nbformat: holds 3; allowed: 4 \(`jupyter nbconvert/,
    ],
    [
      "NaN",
      '{"nbformat":4,"nbformat_minor":5,"metadata":{"a":["NaN",{"b":NaN}]},"cells":[]}',
      /metadata\.a\[1\]\.b: holds "NaN"; allowed: a number/,
    ],
    [
      "an infinity",
      '{"nbformat":4,"nbformat_minor":5,"metadata":{"a":-Infinity},"cells":[]}',
      /metadata\.a: holds "-Infinity"/,
    ],
  ])("with %s are refused with one line that says so", (name, text, message) => {
    const path = file(name.replaceAll(" ", "-"), text);
    expect(() => readNotebook(path)).toThrow(message);
    expect(existsSync(path)).toBe(true);
  });
});
