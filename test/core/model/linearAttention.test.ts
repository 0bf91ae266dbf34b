import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import type { Matrix, Vector } from "../../../src/core/algebra/matrix";
import { FLOAT } from "../../../src/core/algebra/numberField";
import {
  type AttentionHead,
  applyLayer,
  forwardLabel,
  mergedKeyQuery,
  reducedParameters,
} from "../../../src/core/model/linearAttention";
import { readLayers } from "../../../src/core/model/readLayers";
import { predictLabel } from "../../../src/core/model/reducedPrediction";
import { promptTokens } from "../../../src/core/model/tokens";
import { type Prompt, readPrompt } from "../../../src/core/problem/prompt";
import { expectClose } from "../../support/expectClose";

const number = fc.double({ min: -2, max: 2, noNaN: true });
const vector = (length: number): fc.Arbitrary<number[]> =>
  fc.array(number, { minLength: length, maxLength: length });
const matrix = (rows: number, columns: number): fc.Arbitrary<number[][]> =>
  fc.array(vector(columns), { minLength: rows, maxLength: rows });
const head = (size: number): fc.Arbitrary<AttentionHead> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("merged" as const),
      value: matrix(size, size),
      keyQuery: matrix(size, size),
    }),
    fc.integer({ min: 1, max: 3 }).chain((r) =>
      fc.record({
        kind: fc.constant("separate" as const),
        value: matrix(size, size),
        key: matrix(r, size),
        query: matrix(r, size),
      }),
    ),
  );
const prompt = (d: number): fc.Arbitrary<Prompt> =>
  fc
    .integer({ min: 0, max: 5 })
    .chain((n) => fc.record({ covariates: matrix(n, d), labels: vector(n), query: vector(d) }));
const dimension = fc.integer({ min: 1, max: 3 });

const times = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const transposed = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));

describe("linear attention", () => {
  it("with one layer and one head predicts what the reduced formula says", () => {
    const instance = dimension.chain((d) => fc.tuple(prompt(d), head(d + 2)));
    fc.assert(
      fc.property(instance, ([p, h]) => {
        expectClose(forwardLabel([[h]], p), predictLabel(reducedParameters(h), p), {
          tolerance: 1e-10,
          reason: "rounding of sums of a few hundred terms of size up to 2⁶",
          input: { p, h },
        });
      }),
      { seed: 1 },
    );
  });

  it("averages heads: H heads predict the mean of what they predict alone", () => {
    const instance = dimension.chain((d) =>
      fc.tuple(prompt(d), fc.array(head(d + 2), { minLength: 1, maxLength: 4 })),
    );
    fc.assert(
      fc.property(instance, ([p, heads]) => {
        const alone = heads.map((h) => predictLabel(reducedParameters(h), p));
        expectClose(forwardLabel([heads], p), alone.reduce((sum, f) => sum + f, 0) / heads.length, {
          tolerance: 1e-10,
          reason: "rounding",
          input: { p, heads },
        });
      }),
      { seed: 2 },
    );
  });

  it("updates every token: a layer equals Z + (1/N)(Z Mᵀ Zᵀ) Z Vᵀ in matrix form", () => {
    const instance = dimension.chain((d) => fc.tuple(prompt(d), head(d + 2)));
    fc.assert(
      fc.property(instance, ([p, h]) => {
        const tokens = promptTokens(p);
        const scores = times(times(tokens, transposed(mergedKeyQuery(h))), transposed(tokens));
        const update = times(times(scores, tokens), transposed(h.value));
        const expected = tokens.map((row, i) => row.map((x, j) => x + update[i]![j]! / tokens.length));
        applyLayer([h], tokens).forEach((row, i) => {
          row.forEach((x, j) => {
            expectClose(x, expected[i]![j]!, { tolerance: 1e-10, reason: "rounding", input: { p, h, i, j } });
          });
        });
      }),
      { seed: 3 },
    );
  });

  it("is computed by hand for two layers, d = 1, zero-shot", () => {
    // Token (1, x, 0), M = e₀e₀ᵀ: every layer adds the first column of V times (constant slot)², x = 2, v = (·).
    const value = [
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 1],
    ];
    const keyQuery = [
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ];
    const layer = [{ kind: "merged", value, keyQuery } as const];
    // Layer 1: score 1, token (1, 2, 0) + (1, 0, 2) = (2, 2, 2). Layer 2: score 4, label 2 + 4·(2 + 2) = 18.
    expect(forwardLabel([layer, layer], { covariates: [], labels: [], query: [2] })).toBe(18);
  });

  it("does not depend on the order of the examples", () => {
    const instance = dimension.chain((d) => fc.tuple(prompt(d), head(d + 2), head(d + 2)));
    fc.assert(
      fc.property(instance, ([p, first, second]) => {
        const reversed = { ...p, covariates: [...p.covariates].reverse(), labels: [...p.labels].reverse() };
        const [a, b] = [p, reversed].map((q) => forwardLabel([[first], [second]], q)) as [number, number];
        expectClose(a, b, {
          tolerance: 1e-9 * (1 + Math.abs(a)),
          reason: "rounding",
          input: { p, first, second },
        });
      }),
      { seed: 4 },
    );
  });
});

describe("reading a model", () => {
  const zeros = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, () => new Array<number>(columns).fill(0));

  it("accepts what it should", () => {
    const layers = [
      [
        { kind: "merged", value: zeros(3, 3), keyQuery: zeros(3, 3) },
        { kind: "separate", value: zeros(3, 3), key: zeros(2, 3), query: zeros(2, 3) },
      ],
    ];
    expect(readLayers(layers, "layers", 1)).toEqual(layers);
  });

  it.each([
    [[], "layers: holds []; allowed: a non-empty array of layers"],
    [[[]], "layers[0]: holds []; allowed: a non-empty array of heads"],
    [[[{ kind: "soft" }]], 'layers[0][0].kind: holds "soft"; allowed: one of merged, separate'],
    [
      [[{ kind: "merged", value: zeros(2, 2) }]],
      "layers[0][0].value: holds [[0,0],[0,0]]; allowed: a square matrix, an array of 3 rows",
    ],
    [
      [[{ kind: "merged", value: zeros(3, 3), key: [] }]],
      "layers[0][0].key: holds []; allowed: only kind, value, keyQuery",
    ],
    [
      [[{ kind: "separate", value: zeros(3, 3), key: zeros(2, 3), query: zeros(1, 3) }]],
      "layers[0][0].query: holds [[0,0,0]]; allowed: 2 rows, as many as key",
    ],
  ])("refuses %j", (raw, message) => {
    expect(() => readLayers(raw, "layers", 1)).toThrow(new InputError("", 0, "").constructor as never);
    expect(() => readLayers(raw, "layers", 1)).toThrow(message);
  });
});

describe("reading a prompt", () => {
  const read = (raw: unknown): Prompt => readPrompt(FLOAT, raw);
  it("accepts zero-shot and few-shot prompts", () => {
    const fewShot = { covariates: [[1, 2]], labels: [3], query: [4, 5] };
    expect(read(fewShot)).toEqual(fewShot);
    expect(promptTokens(read(fewShot))).toEqual([
      [1, 1, 2, 3],
      [1, 4, 5, 0],
    ]);
    const zeroShot = { covariates: [], labels: [] as Vector, query: [4] };
    expect(read(zeroShot)).toEqual(zeroShot);
  });

  it.each([
    [
      { covariates: [[1]], labels: [1], query: [1, 2] },
      "prompt.covariates[0]: holds [1]; allowed: an array of 2 numbers",
    ],
    [{ covariates: [[1]], labels: [], query: [1] }, "prompt.labels: holds []; allowed: an array of 1 number"],
    [{ covariates: 3, labels: [], query: [1] }, "prompt.covariates: holds 3; allowed: an array of examples"],
    [
      { covariates: [], labels: [], query: [Number.NaN] },
      "prompt.query[0]: holds NaN; allowed: a finite number",
    ],
  ])("refuses %j", (raw, message) => {
    expect(() => read(raw)).toThrow(message);
  });
});
