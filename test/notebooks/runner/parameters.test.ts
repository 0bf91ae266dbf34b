import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cell, Notebook } from "../../../src/notebooks/runner/nbformat";
import { overrideParameters, readParameters } from "../../../src/notebooks/runner/parameters";

const source = `// Constants a reader may change.
const dimension = 5; // dimension = 6 is slow
const noiseVariance: number = 0.1;
const shift = -2, label = 'it\\'s', live = true;
const shots = [0, 1, "infinity"] as const;
const limit: ShotCount = "infinity";
const computed = 2 * dimension;
const empty: number[] = [];`;

function notebookOf(...sources: readonly (readonly [source: string, ...tags: string[]])[]): Notebook {
  const cells = sources.map(
    ([text, ...tags], index): Cell => ({
      cell_type: "code",
      id: `c${index}`,
      metadata: { tags },
      source: text,
      execution_count: 1,
      outputs: [],
    }),
  );
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

const notebook = notebookOf(["const dimension = 99;"], [source, "parameters"], ["const noiseVariance = 99;"]);

/** The cell of parameters after `--set` of these. */
function setTo(values: Readonly<Record<string, string>>): string | undefined {
  return overrideParameters(notebook, new Map(Object.entries(values)), "n.ipynb").cells[1]?.source;
}

describe("parameters of a notebook", () => {
  it("are the literal constants of the cell with the tag", () => {
    expect(readParameters(notebook).map(({ name, value }) => [name, value])).toEqual([
      ["dimension", 5],
      ["noiseVariance", 0.1],
      ["shift", -2],
      ["label", "it's"],
      ["live", true],
      ["shots", [0, 1, "infinity"]],
      ["limit", "infinity"],
      ["empty", []],
    ]);
  });

  it.each([
    ["dimension", "7", "dimension = 5;", "dimension = 7;"],
    ["noiseVariance", "1e-3", "number = 0.1;", "number = 0.001;"],
    ["dimension", '"infinity"', "dimension = 5;", 'dimension = "infinity";'],
    ["dimension", "infinity", "dimension = 5;", 'dimension = "infinity";'],
    ["shift", "3", "shift = -2,", "shift = 3,"],
    ["label", "two words", "label = 'it\\'s'", 'label = "two words"'],
    ["label", "5", "label = 'it\\'s'", 'label = "5"'],
    ["label", '"quoted"', "label = 'it\\'s'", 'label = "quoted"'],
    ["live", "false", "live = true", "live = false"],
    ["shots", '[2, "infinity"]', '[0, 1, "infinity"] as const', '[2,"infinity"] as const'],
    ["limit", "20", '= "infinity";', "= 20;"],
    ["empty", "[1, 2]", "= [];", "= [1,2];"],
  ])("%s=%s changes that literal alone", (name, value, before, after) => {
    expect(source.split(before)).toHaveLength(2);
    expect(setTo({ [name]: value })).toBe(source.replace(before, () => after));
  });

  it("change several at once, in any order, and no other cell", () => {
    const changed = overrideParameters(
      notebook,
      new Map([
        ["live", "false"],
        ["dimension", "12345"],
        ["shift", "0"],
      ]),
      "n",
    );
    const shown = readParameters(changed).map(({ name, value }) => [name, value]);
    expect(shown).toContainEqual(["dimension", 12345]);
    expect(shown).toContainEqual(["shift", 0]);
    expect(shown).toContainEqual(["live", false]);
    expect(changed.cells[0]).toBe(notebook.cells[0]);
    expect(changed.cells[2]).toBe(notebook.cells[2]);
  });

  it("come back as they were set, whatever the values", () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => ["noiseVariance", x] as const),
      fc.string().map((x) => ["label", x] as const),
      fc.boolean().map((x) => ["live", x] as const),
      fc.array(fc.nat()).map((x) => ["shots", x] as const),
    );
    fc.assert(
      fc.property(value, ([name, given]) => {
        const text = JSON.stringify(given);
        const changed = overrideParameters(notebook, new Map([[name, text]]), "n");
        const parameters = readParameters(changed);
        expect(parameters.find((each) => each.name === name)?.value).toEqual(JSON.parse(text));
        expect(parameters).toHaveLength(8);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it.each([
    [
      "an unknown name",
      { noiseVarience: "1" },
      'n.ipynb: --set: holds "noiseVarience"; allowed: dimension, noiseVariance, shift, label, live, shots, limit, empty',
    ],
    [
      "a computed constant",
      { computed: "1" },
      'n.ipynb: --set: holds "computed"; allowed: dimension, noiseVariance, shift, label, live, shots, limit, empty',
    ],
    [
      "a word for a number",
      { dimension: "five" },
      'n.ipynb: --set dimension: holds "five"; allowed: a number or "infinity"',
    ],
    [
      "a number too large",
      { dimension: "1e999" },
      'n.ipynb: --set dimension: holds Infinity; allowed: a number or "infinity"',
    ],
    ["nothing", { dimension: "" }, 'n.ipynb: --set dimension: holds ""; allowed: a number or "infinity"'],
    ["null", { dimension: "null" }, 'n.ipynb: --set dimension: holds null; allowed: a number or "infinity"'],
    [
      "code",
      { dimension: "1; process.exit()" },
      'n.ipynb: --set dimension: holds "1; process.exit()"; allowed: a number or "infinity"',
    ],
    ["a number for a yes or no", { live: "1" }, "n.ipynb: --set live: holds 1; allowed: true or false"],
    [
      "a number for a list",
      { shots: "1" },
      'n.ipynb: --set shots: holds 1; allowed: a list, each entry a number or "infinity"',
    ],
    [
      "a list of others",
      { shots: "[true]" },
      'n.ipynb: --set shots: holds [true]; allowed: a list, each entry a number or "infinity"',
    ],
  ] as const)("refuse %s in one line", (_name, values, message) => {
    expect(() => setTo(values)).toThrow(expect.objectContaining({ name: "InputError", message }));
  });

  it("are missing where no cell has the tag", () => {
    const bare = notebookOf(["const dimension = 5;"]);
    expect(() => overrideParameters(bare, new Map([["dimension", "1"]]), "n.ipynb")).toThrow(
      'n.ipynb: --set: holds ["dimension"]; allowed: a notebook with constants in a cell tagged parameters',
    );
    expect(overrideParameters(bare, new Map(), "n.ipynb")).toBe(bare);
  });
});
