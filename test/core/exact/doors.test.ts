import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { FastRisk } from "../../../src/core/exact/fastRisk";
import { pack, zeroParameters } from "../../../src/core/exact/packedParameters";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { monteCarloRisk } from "../../../src/core/simulate/monteCarloRisk";

const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
const RIGHT = {
  value: [0, 0, 0, 1],
  keyQuery: [
    [0, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 0],
  ],
};
const RAGGED = { ...RIGHT, keyQuery: RIGHT.keyQuery.map((row, i) => (i === 2 ? [0, 0, 1] : row)) };
const NOT_FINITE = { ...RIGHT, value: [0, Number.NaN, 0, 1] };
const sampling = { prompts: 2, seed: 0 };

describe("functions that take vectors and matrices", () => {
  it.each([
    ["exactRisk, a short task", () => exactRisk(FLOAT, problem, [1], 1, RIGHT), /^task: holds \[1\]/],
    ["exactRisk, a ragged M", () => exactRisk(FLOAT, problem, [1, 0], 1, RAGGED), /^keyQuery\[2\]: holds/],
    ["exactRisk, NaN in v", () => exactRisk(FLOAT, problem, [1, 0], 1, NOT_FINITE), /^value\[1\]: holds NaN/],
    [
      "FastRisk, a short task",
      () => new FastRisk(problem).risk(new Float64Array(1), 1, pack(RIGHT)),
      /^task: /,
    ],
    [
      "FastRisk, a small M",
      () => new FastRisk(problem).risk(new Float64Array(2), 1, zeroParameters(3)),
      /^value: /,
    ],
    [
      "monteCarloRisk, a ragged M",
      () => monteCarloRisk(problem, [1, 0], 1, RAGGED, sampling),
      /^keyQuery\[2\]/,
    ],
    ["monteCarloRisk, NaN", () => monteCarloRisk(problem, [Number.NaN, 0], 1, RIGHT, sampling), /^task\[0\]/],
    [
      "predict, an infinite target",
      () =>
        predict(problem, pretraining, { kind: "zero-shot-value", targetTask: [1, Number.POSITIVE_INFINITY] }),
      /^targetTask\[1\]: holds Infinity/,
    ],
  ])("name what does not fit: %s", (_, call, what) => {
    expect(call).toThrow(what);
  });
});
