import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { parseStrictJson } from "../../../src/base/strictJson";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { gridPoints, readGrid } from "../../../src/lab/sweep/grid";
import { type CliResult, runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RISK = {
  problem: { covariance: [[1]], noiseVariance: 0.1 },
  task: [1],
  shots: [0, 1],
  parameters: { value: [0, 0, 1], keyQuery: [[0, 0, 0], [0, 1, 0], [0, 0, 0]] }, // biome-ignore format: rows
};
const PREDICT = {
  problem: { covariance: [[1]], noiseVariance: 0.1, taskCovariance: [[1]], pretrainingShots: 20 },
  regime: "zero-shot-value",
  targetTask: [1],
  auxiliaryShots: 2,
  auxiliaryWeight: 1,
  testTasks: [[1]],
  shots: [0, "infinity"],
};
const TRAIN = {
  method: "sampled",
  sampling: "tokens",
  batchSize: 2,
  seed: 0,
  model: { layers: 1, heads: 1, keyQuery: "merged" },
  pretraining: { steps: 2, optimiser: { kind: "sgd", learningRate: 0.1 }, clipNorm: 1 },
  fineTuning: { trainable: "all", auxiliaryShots: 1, auxiliaryWeight: 1, examples: 3 },
};
const GRID = { base: TRAIN, grid: { seed: [0, 1] }, shots: [0], test: { seeds: 2, prompts: 2 } };

/** What people and programs put where something else belongs. */
const ODD: readonly unknown[] = [
  null, true, "", "\u001b[31m", "infinity", "1/3", "__proto__", -1, 0, 0.5, 1e-320, 1e15, 1e200, 1e308, 2 ** 53,
  [], [[]], [null], [[1e200]], [[1, 2]], {}, { kind: "adam" }, { a: { b: {} } }, "auxiliary-full", "pretrained", "zero-shot-full",
]; // biome-ignore format: a list

/** The same value with something odd at some place of it, or a field more, or one less. */
function mutated(value: unknown, choose: (below: number) => number): unknown {
  const isObject = typeof value === "object" && value !== null;
  if (!isObject || choose(5) === 0) return ODD[choose(ODD.length)];
  if (Array.isArray(value)) {
    const at = choose(value.length + 1);
    return at === value.length
      ? [...value, ODD[choose(ODD.length)]]
      : value.map((item, i) => (i === at ? mutated(item, choose) : item));
  }
  const entries = Object.entries(value);
  const at = choose(entries.length + 2);
  if (at === entries.length) return { ...value, "\u0007\n": 1 };
  if (at > entries.length) return Object.fromEntries(entries.slice(1));
  return Object.fromEntries(
    entries.map(([name, item], i) => [name, i === at ? mutated(item, choose) : item]),
  );
}

const inputs = (valid: unknown): fc.Arbitrary<unknown> =>
  fc.infiniteStream(fc.nat()).map((stream) => {
    const choose = (below: number): number => Number(stream.next().value) % Math.max(1, below);
    let value = valid;
    for (let times = choose(3); times >= 0; times -= 1) value = mutated(value, choose);
    return value;
  });

function expectManners(what: unknown, { code, out, err }: CliResult): void {
  const said = `${JSON.stringify(what)}\n${out}${err}`;
  expect([0, 1, 2], said).toContain(code);
  if (code === 0) {
    expect(out, said).not.toMatch(/null|NaN|Infinity|undefined/);
    JSON.parse(out);
    return;
  }
  expect(out, said).toBe("");
  // One line, and nothing that a terminal would obey.
  expect(err, said).toMatch(/^finetune-icl: \P{Cc}+\n$/u);
  expect(err, said).not.toMatch(/ at .*\.[jt]s:\d|call stack|undefined is not|not a function|Cannot read/);
}

describe("any input", () => {
  it.each([
    ["risk", RISK],
    ["predict", PREDICT],
  ])("gets an answer or one line from %s", async (command, valid) => {
    const path = join(folder, `${command}.json`);
    await fc.assert(
      fc.asyncProperty(inputs(valid), async (input) => {
        writeFileSync(path, JSON.stringify(input) ?? "");
        expectManners(input, await runMain(command, path));
      }),
      { numRuns: 500, seed: 17 },
    );
  });

  it("is read as training settings or a study, or refused with one line", () => {
    const readers = [
      [inputs(TRAIN), readTrainingSettings],
      [inputs(GRID), (raw: unknown) => gridPoints(readGrid(raw))],
    ] as const;
    for (const [valid, read] of readers) {
      fc.assert(
        fc.property(valid, (input) => {
          try {
            read(JSON.parse(JSON.stringify(input ?? null)));
          } catch (error) {
            expect(error, JSON.stringify(input)).toBeInstanceOf(InputError);
            expect((error as Error).message).toMatch(/^\P{Cc}+$/u);
          }
        }),
        { numRuns: 1500, seed: 17 },
      );
    }
  });

  it.each([
    ['{"a\\u001b[31m":1}', /input\.a\\u001b\[31m: holds 1/],
    ['{"task":1,"task":2}', /the name "task" stands twice in one object/],
    ["[".repeat(5000) + "]".repeat(5000), /nested more than 100 levels deep/],
    ["[".repeat(200_000), /JSON/],
    ["\ufeff", /JSON/],
    ['{"\n":', /JSON/],
  ])("as text, %j, ends with one line and 2 in a process of its own", (text, what) => {
    const result = runCli(["risk", "-"], text);
    expectManners(text, result);
    expect(result.err).toMatch(what);
    expect(result.code).toBe(2);
  });

  it("with a byte order mark is read without it", () => {
    const result = runCli(["risk", "-"], `\ufeff${JSON.stringify(RISK)}`);
    expect(result.code, result.err).toBe(0);
  });

  it("from the command line is shown as it is, on one line", async () => {
    for (const args of [
      ["risk", "--\u001b[31m"],
      ["\u001b]0;x\u0007"],
      ["verify", "a\nb"],
      ["risk", "\u202e"],
    ])
      expectManners(args, await runMain(...args));
  });
});

describe("sizes", () => {
  const identity = (d: number) =>
    Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_x, j) => (i === j ? 1 : 0)));
  const problem = (d: number, pretrainingShots: number) => ({
    covariance: identity(d),
    noiseVariance: 0.1,
    taskCovariance: identity(d),
    pretrainingShots, // biome-ignore format: short
  });

  it.each([
    ["heads", { model: { heads: 1e8 } }],
    ["more heads", { model: { heads: 1e15 } }],
    ["layers", { method: "sampled", model: { layers: 1e9 } }],
    ["shots", { method: "sampled", sampling: "tokens", problem: problem(1, 1e15) }],
    ["steps with 300 covariates", { problem: problem(300, 20), pretraining: { steps: 1e6 } }],
    ["heads of 100 covariates", { problem: problem(100, 20), model: { heads: 200 } }],
    ["steps", { pretraining: { steps: 1e15 } }],
  ])("of training are estimated: too many %s", (_, input) => {
    expect(() => readTrainingSettings(input)).toThrow(
      /less work: this would take about [\d.e+]+ .*the limit is/,
    );
  });

  it.each([40, 200])("of exact training leave %d covariates possible", (d) => {
    expect(readTrainingSettings({ problem: problem(d, 20) }).problem.dimension).toBe(d);
  });

  it("of studies and experiments are estimated before any is made", async () => {
    const values = Array.from({ length: 10 }, (_, i) => i);
    const grid = Object.fromEntries(values.map((k) => [`f${k}`, values]));
    expect(() => readGrid({ grid })).toThrow(/grid: holds "10000000000 runs"; allowed: less work/);
    const many = await runMain("experiment", "--seeds", "1000000000", "--out", join(folder, "many"));
    expect(many).toMatchObject({ code: 2, err: expect.stringMatching(/--seeds: .*GiB/) });
    const long = join(folder, "long.json");
    writeFileSync(long, JSON.stringify({ ...RISK, shots: [1e9] }));
    expect(await runMain("risk", long, "--monte-carlo", "10000")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--monte-carlo: holds 10000; allowed: less work/),
    });
  });
});

describe("strict JSON", () => {
  it("reads what JSON.parse reads, whatever stands in it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300, seed: 17 },
    );
  });

  it("is not misled by names that are written in two ways, or that stand in strings", () => {
    expect(() => parseStrictJson('{"a":1,"\\u0061":2}')).toThrow(/twice/);
    expect(parseStrictJson('[{"a":"\\",\\"a\\":"},{"a":{"a":1}}]')).toEqual([
      { a: '","a":' },
      { a: { a: 1 } },
    ]);
  });
});
