import { describe, expect, it } from "vitest";
import { withOnly } from "../../../src/core/algebra/differentiable";
import { asParameters, asPoint, exactLoss } from "../../../src/core/exact/exactLoss";
import { pack, unpack } from "../../../src/core/exact/packedParameters";
import { keyQueryFlow } from "../../../src/core/predict/keyQueryFlow";
import { followGradientFlow } from "../../../src/core/train/gradientFlow";
import { expectClose } from "../../support/expectClose";

const problem = {
  dimension: 2,
  covariance: [
    [1, 0.3],
    [0.3, 0.6],
  ],
  noiseVariance: 0.1,
};
const targetTask = [0.7, -0.4];
const start = {
  value: [0.2, -0.3, 0.4, 1],
  keyQuery: [
    [0.1, 0, 0.2, 0.5],
    [0.3, 0.9, -0.1, 0.5],
    [0, 0.2, 0.8, 0.5],
    [0.4, -0.2, 0.1, 0.5],
  ],
};

describe("exact flow of M at fixed v", () => {
  it.each([0, 0.5, 20, 1000])("is where a numerical flow is at the time %d", (time) => {
    const entries = new Set(Array.from({ length: 16 }, (_, i) => 4 + i));
    const loss = withOnly(exactLoss(problem, [{ task: targetTask, shots: 0, weight: 1 }]), entries);
    const { point } = followGradientFlow(loss, asPoint(pack(start)), { maxTime: time, gradientTolerance: 0 });
    const numerical = unpack(asParameters(point, 4)).keyQuery.flat();
    const exact = keyQueryFlow(problem, targetTask, start, time).keyQuery.flat();
    expectClose(Math.hypot(...exact.map((x, i) => x - numerical[i]!)), 0, {
      tolerance: 1e-7,
      reason: "the numerical flow has errors of 1e-12 a step, tens of thousands of steps",
      input: time,
    });
  });

  it("moves nothing when v₀ and v_x are zero, nor ever the label's row and column", () => {
    const exactPoint = { ...start, value: [0, 0, 0, 1] };
    expect(keyQueryFlow(problem, targetTask, exactPoint, 100)).toEqual(exactPoint);
    const moved = keyQueryFlow(problem, targetTask, start, 100).keyQuery;
    expect(moved[3]).toEqual(start.keyQuery[3]);
    expect(moved.map((row) => row[3])).toEqual(start.keyQuery.map((row) => row[3]));
  });
});
