import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { gradientFlowOptimum } from "../../../src/core/theory/gradientFlowSelection";
import { pretrainedBlock, pretrainedParameters } from "../../../src/core/theory/pretraining";
import { valueOnlyOptimum } from "../../../src/core/theory/zeroShotValue";
import { trainExactly } from "../../../src/core/train/trainExactly";
import { expectClose } from "../../support/expectClose";

const { problem, pretraining } = isotropicSetting({
  dimension: 2,
  noiseVariance: 0.1,
  pretrainingShots: 20,
});
const target = [0.6, -0.8];
const zeroShot = [{ task: target, shots: 0, weight: 1 }];
const gamma = pretrainedBlock(FLOAT, problem, pretraining);
const start = pretrainedParameters(FLOAT, problem, pretraining);
const FLOW = { tolerance: 1e-7, reason: "the flow stops at a gradient of 1e-9" } as const;

describe("exact training of v and M", () => {
  it("takes the value row alone to the value-only optimum, and leaves M to the bit", () => {
    const { parameters, flow } = trainExactly(
      problem,
      zeroShot,
      start,
      { kind: "gradient-flow" },
      { trainable: "value" },
    );
    expect(flow?.settled).toBe(true);
    expect(parameters.keyQuery).toEqual(start.keyQuery);
    for (const [k, x] of valueOnlyOptimum(FLOAT, problem, gamma, target).entries()) {
      expectClose(parameters.value[k + 1]!, x, FLOW);
    }
  });

  it("takes all parameters to the scale that the conservation law picks", () => {
    const { parameters, loss } = trainExactly(problem, zeroShot, start, { kind: "gradient-flow" });
    expectClose(parameters.keyQuery[0]![0]!, gradientFlowOptimum(gamma, target).scoreScale, FLOW);
    expectClose(loss, problem.noiseVariance, FLOW);
  });

  it("cannot move M from a row that reads labels only, nor v when M alone is trained", () => {
    const motion = {
      kind: "descent",
      steps: 3,
      optimiser: { kind: "sgd", learningRate: 0.01, momentum: 0.9 },
      clipNorm: "none",
    } as const;
    const still = trainExactly(problem, zeroShot, start, motion, { trainable: "key-query" });
    expect(still.parameters).toEqual(start);
    const traced = { ...start, value: [0, 0.1, 0, 1] };
    const moved = trainExactly(problem, zeroShot, traced, motion, { trainable: "key-query" });
    expect(moved.parameters.value).toEqual(traced.value);
    expect(moved.parameters.keyQuery).not.toEqual(traced.keyQuery);
  });

  it("keeps copies of the way at the moments asked for, with the loss of each", () => {
    const { path } = trainExactly(
      problem,
      zeroShot,
      start,
      { kind: "gradient-flow", maxTime: 1 },
      { at: [0, 0.5, 1] },
    );
    expect(path.map(({ at }) => at)).toEqual([0, 0.5, 1]);
    expect(path[0]!.value).toEqual(start);
    for (const { loss, value } of path) {
      expectClose(loss, exactRisk(FLOAT, problem, target, 0, value), {
        tolerance: 1e-12,
        reason: "rounding",
      });
    }
    expect(path[2]!.loss).toBeLessThan(path[1]!.loss);
  });
});
