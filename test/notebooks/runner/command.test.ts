import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Notebook } from "../../../src/notebooks/runner/nbformat";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { packageRoot } from "../../support/root";
import { runMain } from "../../support/runMain";
import { type CellText, makeWorkDirectory, removeDirectory, writeNotebook } from "./support/notebooks";
import { type Ended, runNotebooks } from "./support/processes";

const PRINTS = 50_000;

const cells: readonly CellText[] = [
  `import * as lab from "finetune-icl";\nconst loaded = typeof lab;`,
  `for (let i = 0; i < ${PRINTS}; i += 1) console.log(i);`,
  `const started = performance.now(); loaded`,
  `import * as jupyter from "tslab/dist/jupyter.js";
const figure = { layout: {}, data: [{ y: [0.1 + 0.2, 1] }] };
const data = { "application/vnd.plotly.v1+json": figure, "image/svg+xml": "<svg>\\n</svg>", "text/plain": "A figure" };
(jupyter as any).lastWriteDisplayData({ data, metadata: { width: 1 }, transient: {} }, false);`,
  `import { newDisplay } from "tslab";\nconst bar = newDisplay();\nbar.text("0 of 2");`,
  `console.log("before"); bar.text("2 of 2"); void process.stdout.write("after");`,
  `void setTimeout(() => console.log("late"), 5);`,
  ["console.error('allowed'); console.log('out')", "allow-stderr"],
  ["console.log('then'); throw new RangeError('on purpose');", "raises-exception"],
  ["const n: number = 'text';", "raises-exception"],
  "  \n",
  `void setTimeout(() => console.log("after the last cell"), 100);`,
];

const stream = (text: string, name = "stdout") => ({ output_type: "stream", name, text });

describe("what a cell says to a terminal", () => {
  const directory = makeWorkDirectory();
  afterAll(() => removeDirectory(directory));

  it("is printed without what a terminal would obey, in every message", async () => {
    const evil = "\u001b[2J\u001b]0;owned\u0007\u009b31mred";
    const source = JSON.stringify(evil).replaceAll("\u009b", "\\u009b");
    const { path: throws } = writeNotebook(directory, "throws", [`throw new Error(${source});`]);
    const { path: writes } = writeNotebook(directory, "writes", [`console.error(${source});`]);
    const { path: differs } = writeNotebook(directory, "differs", [`console.log(${source});`]);
    const { path: refuses } = writeNotebook(directory, "refuses", [
      [`const n = 1;\nthrow Object.assign(new Error(${source}), { name: "InputError" });`, "parameters"],
    ]);
    const runs = [[throws], [writes], [differs, "--check"], [refuses], [throws, refuses, "--keep-going"]];
    for (const args of runs) {
      const { code, stdout, stderr } = await runNotebooks(...args);
      expect(code, args.join(" ")).toBeGreaterThan(0);
      expect(stderr, args.join(" ")).toContain("owned");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(stdout + stderr, args.join(" ")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  });
});

describe("finetune-icl notebooks", () => {
  const directory = makeWorkDirectory();
  const { path } = writeNotebook(directory, "works", cells);
  let ended: Ended;
  let saved: string;
  let notebook: Notebook;
  const outputs = (number: number) => {
    const cell = notebook.cells[number - 1];
    return cell?.cell_type === "code" ? cell.outputs : undefined;
  };

  beforeAll(async () => {
    ended = await runNotebooks(path);
    saved = readFileSync(path, "utf8");
    notebook = readNotebook(path);
  });
  afterAll(() => removeDirectory(directory));

  it("reports as JSON on stdout and as a line on stderr, and ends with 0", () => {
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.stdout)).toEqual({
      notebooks: [{ notebook: path, cells: 11, status: "ok", seconds: expect.any(Number) }],
    });
    expect(ended.stderr).toMatch(/^1 notebook: all ran and hold their outputs\.\nRead them in Jupyter.*\n$/);
  });

  it(`loses none of ${PRINTS} prints of one cell`, () =>
    expect(outputs(2)).toEqual([stream([...Array(PRINTS).keys()].map((i) => `${i}\n`).join(""))]));

  it("imports the package by its name and shows the last expression", () =>
    expect(outputs(3)).toEqual([
      { output_type: "execute_result", execution_count: 3, metadata: {}, data: { "text/plain": "object" } },
    ]));

  it("keeps several representations of one display together, JSON as JSON", () =>
    expect(outputs(4)).toEqual([
      {
        output_type: "display_data",
        metadata: { width: 1 },
        data: {
          "application/vnd.plotly.v1+json": { layout: {}, data: [{ y: [0.1 + 0.2, 1] }] },
          "image/svg+xml": "<svg>\n</svg>",
          "text/plain": "A figure",
        },
      },
    ]));

  it("updates a display of an earlier cell", () => {
    expect(outputs(5)).toEqual([
      { output_type: "display_data", metadata: {}, data: { "text/plain": "2 of 2" } },
    ]);
    expect(outputs(6)).toEqual([stream("before\nafter")]);
  });

  it("hears text that comes after a cell is done", () => {
    expect(outputs(7)).toEqual([stream("late\n")]);
    expect(outputs(12)).toEqual([stream("after the last cell\n")]);
  });

  it("keeps stderr where it is allowed", () =>
    expect(outputs(8)).toEqual([stream("allowed\n", "stderr"), stream("out\n")]));

  it("writes the error of a cell that throws as its tag says, and goes on", () => {
    expect(outputs(9)).toEqual([
      stream("then\n"),
      {
        output_type: "error",
        ename: "RangeError",
        evalue: "on purpose",
        traceback: expect.arrayContaining(["RangeError: on purpose"]),
      },
    ]);
    expect(outputs(10)).toMatchObject([{ output_type: "error", ename: "CompileError" }]);
  });

  it("numbers the cells it ran and leaves empty ones alone", () => {
    const counts = notebook.cells.map((cell) => (cell.cell_type === "code" ? cell.execution_count : 0));
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, null, 11]);
  });

  it("stores nothing of this machine or this run", () => {
    const stored = JSON.stringify(notebook.cells.map((_, index) => outputs(index + 1)));
    expect(stored.match(/.{20}(?:node_modules|node:vm|transient|display_id).{20}/g)).toBeNull();
    expect(saved.includes(packageRoot)).toBe(false);
    expect(saved.match(/iopub.*/g)).toBeNull();
    expect(
      readdirSync(directory).filter((name) => !name.endsWith(".ipynb")),
      "temporary files",
    ).toEqual([]);
  });

  describe("again", () => {
    const changed = join(directory, "changed.ipynb");
    let check: Ended;
    let before: string;

    beforeAll(async () => {
      before = saved.replace("0.30000000000000004", "0.29").replace('"object"', '"function"');
      writeFileSync(changed, before);
      check = await runNotebooks("--check", "--jobs", "2", path, changed, path);
    });

    it("with --check finds the same outputs, and each file once", () =>
      expect(JSON.parse(check.stdout).notebooks).toMatchObject([
        { notebook: path, status: "ok" },
        { notebook: changed, status: "different" },
      ]));

    it("with --check names what differs, and fails", () => {
      expect(check.code).toBe(1);
      expect(JSON.parse(check.stdout).notebooks[1].differences).toMatchObject([
        {
          cell: { number: 3, id: "c3" },
          where: expect.stringContaining("output 1"),
          stored: "function",
          got: "object",
        },
        { cell: { number: 4, id: "c4" }, where: expect.stringContaining(".data[0].y[0]"), stored: "0.29" },
      ]);
      expect(check.stderr).toContain(
        `${changed}: cell 3 (id c3) \`const started = performance.now(); loaded\` gives another output`,
      );
      expect(check.stderr).toContain("finetune-icl: 1 of 2 notebooks failed");
    });

    it("with --check leaves the files alone", () => {
      expect(readFileSync(path, "utf8") === saved).toBe(true);
      expect(readFileSync(changed, "utf8") === before).toBe(true);
    });

    it("without --check gives the same bytes", async () => {
      const { code, stderr } = await runNotebooks(changed);
      expect(code, stderr).toBe(0);
      expect(readFileSync(changed, "utf8")).toBe(saved);
    });
  });

  it("keeps the mode of the file", () => expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask()));
});

describe("wrong input ends with 2 and one line", () => {
  const directory = makeWorkDirectory();
  const at = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  mkdirSync(join(directory, "folder.ipynb"));
  const { path, text } = writeNotebook(directory, "good", ["1"]);
  const python = JSON.stringify({
    ...JSON.parse(text),
    metadata: { kernelspec: { name: "python3", display_name: "Python 3" } },
  });
  afterAll(() => removeDirectory(directory));

  it.each([
    [
      "a missing file",
      ["missing.ipynb"],
      'notebook: holds "missing.ipynb"; allowed: the path of a file that exists',
    ],
    ["a folder", [join(directory, "folder.ipynb")], "allowed: the path of a file, not of a folder"],
    ["no JSON", [at("text.ipynb", "hello")], 'holds "hello"; allowed: a notebook, which is JSON'],
    ["an old nbformat", [at("old.ipynb", '{"nbformat": 3}')], "nbformat: holds 3; allowed: 4"],
    [
      "another kernel",
      [at("python.ipynb", python)],
      'metadata.kernelspec.name: holds "python3"; allowed: tslab',
    ],
    [
      "a timeout of 0",
      [path, "--timeout", "0"],
      '--timeout: holds "0"; allowed: a positive number of seconds',
    ],
    ["a timeout of no number", [path, "--timeout", "soon"], '--timeout: holds "soon"'],
    ["an endless timeout", [path, "--timeout", "Infinity"], '--timeout: holds "Infinity"'],
    ["half a job", [path, "--jobs", "0.5"], '--jobs: holds "0.5"; allowed: a positive integer'],
  ])("%s", async (_name, args, message) => {
    const { code, out, err } = await runMain("notebooks", ...args);
    expect({ code, out, lines: err.split("\n").length, err }).toEqual({
      code: 2,
      out: "",
      lines: 2,
      err: expect.stringContaining(message),
    });
    expect(readFileSync(path, "utf8"), "the good notebook is as it was").toBe(text);
  });
});
