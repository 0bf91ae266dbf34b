import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { parseStrictJson } from "../../../src/base/strictJson";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { gridPoints, readGrid } from "../../../src/lab/sweep/grid";
import { askMain } from "../../support/askMain";
import { runMain } from "../../support/runMain";
import { expectManners, GRID, inputs, PREDICT, RISK, TRAIN } from "./support/fuzz";

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  ])("as text, %j, ends with one line and 2", async (text, what) => {
    const result = await askMain("risk", text);
    expectManners(text, result);
    expect(result.err).toMatch(what);
    expect(result.code).toBe(2);
  });

  it("with a byte order mark is read without it", async () => {
    const result = await askMain("risk", `\ufeff${JSON.stringify(RISK)}`);
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
  it.each([1e7, 5e9, 1e15])("of a prompt of %d examples are estimated and refused", async (shots) => {
    const parameters = {
      value: [0, 1, 1],
      keyQuery: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    };
    const problem = { covariance: [[1]], noiseVariance: 0.1 };
    const result = await askMain("prompt", JSON.stringify({ problem, task: [1], shots, parameters }));
    expectManners(shots, result);
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining("GiB of memory") });
  });

  it("of a prompt that are small give an answer without null", async () => {
    const parameters = {
      value: [0, 1, 1],
      keyQuery: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    };
    const problem = { covariance: [[1]], noiseVariance: 0.1 };
    const result = await askMain("prompt", JSON.stringify({ problem, task: [1], shots: 1, parameters }));
    expectManners("prompt", result);
    expect(result.code).toBe(0);
    expect(result.out).not.toContain("null");
  });

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
