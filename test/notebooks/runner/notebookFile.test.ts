import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import type { Notebook, Output } from "../../../src/notebooks/runner/nbformat";
import { parseNotebook } from "../../../src/notebooks/runner/parseNotebook";
import { readNotebook, readNotebookFile } from "../../../src/notebooks/runner/readNotebook";
import { saveNotebook } from "../../../src/notebooks/runner/saveNotebook";
import { serializeNotebook } from "../../../src/notebooks/runner/serializeNotebook";
import { writeJson } from "../../../src/notebooks/runner/writeJson";
import { makeWorkDirectory, removeDirectory } from "./support/notebooks";

const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<never>;
const text = fc.string({ unit: fc.constantFrom("a", "\n", "é", '"', " ") });
const bundle = fc.record(
  { "text/plain": text, "image/png": fc.base64String(), "application/vnd.plotly.v1+json": json },
  { requiredKeys: [] },
);
const output: fc.Arbitrary<Output> = fc.oneof(
  fc.record({
    output_type: fc.constant("stream" as const),
    name: fc.constantFrom("stdout" as const, "stderr" as const),
    text,
  }),
  fc.record({ output_type: fc.constant("display_data" as const), data: bundle, metadata: fc.constant({}) }),
  fc.record({
    output_type: fc.constant("error" as const),
    ename: text,
    evalue: text,
    traceback: fc.array(text),
  }),
);
const notebook: fc.Arbitrary<Notebook> = fc
  .array(
    fc.oneof(
      fc.record({
        cell_type: fc.constant("code" as const),
        metadata: fc.constant({ tags: ["a", "b"] }),
        source: text,
        execution_count: fc.option(fc.nat()),
        outputs: fc.array(output),
      }),
      fc.record({
        cell_type: fc.constant("markdown" as const),
        metadata: fc.constant({}),
        source: text,
        attachments: fc.dictionary(fc.constantFrom("a.png", "b.svg"), bundle),
      }),
    ),
  )
  .map((cells) => ({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript" } },
    cells: cells.map((cell, index) => ({ ...cell, id: `c${index}` })),
  }));

describe("a notebook file", () => {
  const directory = makeWorkDirectory();
  afterAll(() => removeDirectory(directory));

  it("holds the notebook: reading gives back what was written", () => {
    fc.assert(
      fc.property(notebook, (value) => {
        const read = parseNotebook(JSON.parse(serializeNotebook(value)), "x.ipynb");
        // -0 has no JSON.
        expect(JSON.stringify(read)).toEqual(expect.any(String));
        expect(serializeNotebook(read)).toBe(serializeNotebook(value));
        expect(read.cells.map(({ source }) => source)).toEqual(value.cells.map(({ source }) => source));
      }),
      { numRuns: 60 },
    );
  });

  it("has sorted keys, one space of indent, lines as lists, a final line end, and no times", () => {
    const value: Notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        {
          cell_type: "code",
          id: "a",
          metadata: { execution: { "iopub.status.busy": "2020-01-01T00:00:00Z" }, tags: ["t"] },
          source: "1\n2",
          execution_count: 1,
          outputs: [
            {
              output_type: "display_data",
              metadata: {},
              data: {
                "text/html": "<b>\n</b>",
                "image/png": "AAAA\n",
                "application/json": { b: "x\ny", a: [] },
              },
            },
          ],
        },
      ],
    };
    expect(serializeNotebook(value)).toBe(`{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "a",
   "metadata": {
    "tags": [
     "t"
    ]
   },
   "outputs": [
    {
     "data": {
      "application/json": {
       "a": [],
       "b": "x\\ny"
      },
      "image/png": "AAAA\\n",
      "text/html": [
       "<b>\\n",
       "</b>"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": [
    "1\\n",
    "2"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`);
  });

  it("has numbers as Python writes them, so that saving in Jupyter changes nothing", () => {
    // What Python's json.dumps gives for each.
    const written: [number, string][] = [
      [0, "0"],
      [-0, "0"],
      [20, "20"],
      [0.1, "0.1"],
      [0.0001, "0.0001"],
      [0.00009, "9e-05"],
      [-0.0000021032532937503845, "-2.1032532937503845e-06"],
      [4.389544283611713e-9, "4.389544283611713e-09"],
      [3e-300, "3e-300"],
      [5e-324, "5e-324"],
      [1e15, "1000000000000000"],
      [1e21, "1e+21"],
      [Number.NaN, "null"], // as JSON.stringify: JSON has no NaN
    ];
    for (const [value, text] of written) expect(writeJson(value), `${value}`).toBe(text);
  });

  it("holds any JSON: what is written reads back the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(writeJson(plain))).toEqual(plain);
      }),
    );
  });

  it("of an older minor version gets cell ids", () => {
    const cell = { cell_type: "markdown", metadata: {}, source: ["a\n", "b"] };
    const read = parseNotebook({ nbformat: 4, nbformat_minor: 2, metadata: {}, cells: [cell, cell] }, "x");
    expect(read).toMatchObject({
      nbformat_minor: 5,
      cells: [
        { id: "cell-1", source: "a\nb" },
        { id: "cell-2", source: "a\nb" },
      ],
    });
  });

  it("is not saved over somebody's edit", () => {
    const path = join(directory, "edited.ipynb");
    const empty: Notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] };
    writeFileSync(path, serializeNotebook(empty));
    const file = readNotebookFile(path);
    saveNotebook(file, { ...empty, metadata: { title: "run" } });
    expect(readNotebook(path).metadata).toEqual({ title: "run" });
    const edited = readFileSync(path, "utf8");
    expect(() => saveNotebook(file, empty)).toThrow("the file changed while its cells ran");
    expect(readFileSync(path, "utf8")).toBe(edited);
  });
});

const cell = { cell_type: "code", id: "a", metadata: {}, source: "", outputs: [], execution_count: null };
const withCell = (change: object) => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [{ ...cell, ...change }],
});
const withOutput = (value: object) => withCell({ outputs: [value] });

describe("a file that is no valid notebook is refused, with the field's name", () => {
  it.each([
    ["no object", [], "x: holds []; allowed: a notebook, a JSON object"],
    [
      "nbformat 3",
      { nbformat: 3, nbformat_minor: 0 },
      "x: nbformat: holds 3; allowed: 4 (`jupyter nbconvert --to notebook --inplace FILE` brings an older file there)",
    ],
    [
      "nbformat 4.6",
      { ...withCell({}), nbformat_minor: 6 },
      "x: nbformat_minor: holds 6; allowed: an integer from 0 to 5",
    ],
    [
      "no cells",
      { nbformat: 4, nbformat_minor: 5, metadata: {} },
      "x: cells: holds nothing; allowed: a list",
    ],
    [
      "a field of its own",
      { ...withCell({}), worksheets: 1 },
      "x.worksheets: holds 1; allowed: no such field",
    ],
    [
      "an unnamed kernel",
      { ...withCell({}), metadata: { kernelspec: { name: "tslab" } } },
      "x: metadata.kernelspec.display_name: holds nothing; allowed: a string",
    ],
    [
      "a strange cell",
      withCell({ cell_type: "heading" }),
      'x: cells[0].cell_type: holds "heading"; allowed: code, markdown, raw',
    ],
    [
      "a cell without id",
      withCell({ id: undefined }),
      "x: cells[0].id: holds nothing; allowed: 1 to 64 letters, digits, - and _",
    ],
    [
      "a bad id",
      withCell({ id: "a b" }),
      'x: cells[0].id: holds "a b"; allowed: 1 to 64 letters, digits, - and _',
    ],
    [
      "an id given twice",
      { ...withCell({}), cells: [cell, cell] },
      'x: cells[1].id: holds "a"; allowed: an id that no earlier cell has',
    ],
    [
      "a numeric source",
      withCell({ source: 1 }),
      "x: cells[0].source: holds 1; allowed: a string or a list of strings",
    ],
    [
      "a code cell without outputs",
      withCell({ outputs: undefined }),
      "x: cells[0].outputs: holds nothing; allowed: a list",
    ],
    [
      "a code cell with attachments",
      withCell({ attachments: {} }),
      "x: cells[0].attachments: holds {}; allowed: no such field",
    ],
    [
      "a negative count",
      withCell({ execution_count: -1 }),
      "x: cells[0].execution_count: holds -1; allowed: an integer from 0",
    ],
    [
      "a tag given twice",
      withCell({ metadata: { tags: ["a", "a"] } }),
      'x: cells[0].metadata.tags[1]: holds "a"; allowed: a tag without a comma, given once',
    ],
    [
      "a strange output",
      withOutput({ output_type: "pyout" }),
      'x: cells[0].outputs[0].output_type: holds "pyout"; allowed: stream, display_data, execute_result, error',
    ],
    [
      "a strange stream",
      withOutput({ output_type: "stream", name: "log", text: "" }),
      'x: cells[0].outputs[0].name: holds "log"; allowed: stdout, stderr',
    ],
    [
      "text data that is a number",
      withOutput({ output_type: "display_data", metadata: {}, data: { "text/plain": 1 } }),
      'x: cells[0].outputs[0].data["text/plain"]: holds 1; allowed: a string or a list of strings',
    ],
    [
      "a result without count",
      withOutput({ output_type: "execute_result", metadata: {}, data: {} }),
      "x: cells[0].outputs[0].execution_count: holds nothing; allowed: an integer from 0",
    ],
    [
      "an error without name",
      withOutput({ output_type: "error", evalue: "", traceback: [] }),
      "x: cells[0].outputs[0].ename: holds nothing; allowed: a string",
    ],
  ])("%s", (_name, value, message) => {
    expect(() => parseNotebook(JSON.parse(JSON.stringify(value)), "x")).toThrow(
      expect.objectContaining({ name: InputError.name, message }),
    );
  });
});
