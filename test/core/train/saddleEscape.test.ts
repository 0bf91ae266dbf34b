import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/core/algebra/formula";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { mergeInto } from "../../../src/core/exact/exactLoss";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { FACTORISED_SADDLE_RISK } from "../../../src/core/theory/factorisedSaddle";
import {
  factorisedFlowLoss,
  growingPart,
  leavingTime,
  noisyFactors,
} from "../../../src/core/train/saddleEscape";
import { expectClose } from "../../support/expectClose";

const { problem } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
const start = (deviation: number) => noisyFactors(2, 0.8, { deviation, random: new RandomSource(5, 1) });
const saddle = evaluate(FACTORISED_SADDLE_RISK, FLOAT, {
  covariance: problem.covariance,
  noiseVariance: problem.noiseVariance,
  targetTask: [1, 0],
  dimension: 2,
});

describe("the saddle of separate keys and queries", () => {
  it("starts, without noise, at M_xx = γI and v = (0, 0, 1)", () => {
    const point = start(0);
    const merged = new Float64Array(16);
    mergeInto(merged, point.subarray(4, 20), point.subarray(20), 4, 4);
    expect([...point.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
    for (const [k, x] of merged.entries()) {
      expectClose(x, k === 5 || k === 10 ? 0.8 : 0, { tolerance: 1e-15, reason: "rounding", input: k });
    }
    expect(growingPart(point, 2)).toBe(0);
  });

  it("has a growing part that sees the constant's columns in the two free rows alone", () => {
    const point = start(0);
    // Rows 0 and 3 of K's column of the constant, row 0 of Q's.
    point[4] = 3;
    point[20] = 3;
    point[4 + 12] = 8;
    point[4 + 4] = 100;
    expect(growingPart(point, 2)).toBe(5);
  });

  it("is not left without noise, and later with less of it", () => {
    const level = (saddle + problem.noiseVariance) / 2;
    const curves = [0, 1e-4, 1e-2].map((deviation) =>
      factorisedFlowLoss(problem, [1, 0], start(deviation), 150),
    );
    const [never, late, early] = curves.map((curve) => leavingTime(curve, level));
    expect(never).toBeNaN();
    expectClose(curves[0]!.at(-1)!.loss, saddle, { tolerance: 1e-7, reason: "steps exact to 1e-8" });
    expect(early).toBeGreaterThan(1);
    expect(late).toBeGreaterThan(early! + 5);
    expect(curves[2]!.slice(0, 3).map(({ time }) => time)).toEqual([0, 0.5, 1]);
  });
});
