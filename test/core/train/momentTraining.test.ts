import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { covariateMoments } from "../../../src/core/exact/covariateMoments";
import { MomentRisk } from "../../../src/core/exact/momentRisk";
import { gaussianNoise, gaussianTokenMoments, linearTaskMoments } from "../../../src/core/exact/tokenMoments";
import {
  auxiliaryValueByMoments,
  pretrainedByMoments,
  valueOnlyByMoments,
} from "../../../src/core/predict/momentOptimum";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { constantLengthEnd } from "../../../src/core/theory/constantLength";
import { pretrainedParameters } from "../../../src/core/theory/pretraining";
import { trainOnMoments } from "../../../src/core/train/momentTraining";
import { expectClose } from "../../support/expectClose";

const { problem, pretraining } = isotropicSetting({ dimension: 3, noiseVariance: 0.2, pretrainingShots: 10 });
const targetTask = [0.6, -0.8, 0];
const start = pretrainedParameters(FLOAT, problem, pretraining);
const gaussian = gaussianTokenMoments(FLOAT, problem, targetTask);

const compare = (got: readonly number[], expected: readonly number[], tolerance: number, reason: string) => {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => {
    expectClose(value, expected[i]!, { tolerance, reason, input: { entry: i, got, expected } });
  });
};

describe("optima from moments", () => {
  it("are those of the Gaussian theory for Gaussian moments", () => {
    const pretrained = pretrainedByMoments(
      covariateMoments({ kind: "gaussian" }, problem.covariance),
      { kind: "sphere", taskCovariance: pretraining.taskCovariance },
      problem.noiseVariance,
      pretraining.shots,
    );
    compare(pretrained.keyQuery.flat(), start.keyQuery.flat(), 1e-12, "rounding of a linear system");
    const of = (kind: "zero-shot-value" | "auxiliary-value") =>
      predict(problem, pretraining, {
        kind,
        targetTask,
        auxiliaryShots: 10,
        auxiliaryWeight: "annealed",
      }).parameters;
    compare(
      valueOnlyByMoments(gaussian, start.keyQuery).value,
      of("zero-shot-value").value,
      1e-12,
      "rounding of a linear system",
    );
    compare(
      auxiliaryValueByMoments(gaussian, start.keyQuery, 10).value,
      of("auxiliary-value").value,
      1e-12,
      "rounding of a linear system",
    );
  });

  it("are never above the Gaussian theory's parameters on other covariates", () => {
    for (const distribution of [
      { kind: "sparse", density: 0.3 },
      { kind: "skewed", shape: 2 },
      { kind: "shifted", shift: 0.5 },
    ] as const) {
      const moments = linearTaskMoments(
        FLOAT,
        covariateMoments(distribution, problem.covariance),
        targetTask,
        gaussianNoise(FLOAT, problem.noiseVariance),
      );
      const engine = new MomentRisk(3, moments);
      const theory = predict(problem, pretraining, { kind: "zero-shot-value", targetTask }).parameters;
      const best = valueOnlyByMoments(moments, theory.keyQuery);
      expect(engine.risk(0, best)).toBeLessThan(engine.risk(0, theory));
    }
  });
});

describe("training on moments", () => {
  it("of value-only fine-tuning ends at its optimum", () => {
    const moments = linearTaskMoments(
      FLOAT,
      covariateMoments({ kind: "sparse", density: 0.5 }, problem.covariance),
      targetTask,
      gaussianNoise(FLOAT, problem.noiseVariance),
    );
    const { parameters } = trainOnMoments("zero-shot-value", start, moments, {
      auxiliaryShots: 10,
      steps: 3000,
    });
    const expected = valueOnlyByMoments(moments, start.keyQuery).value;
    compare(parameters.value, expected, 1e-9, "descent contracts by a fixed factor a step");
    expect(parameters.keyQuery).toEqual(start.keyQuery);
  });

  it("lowers its learning rate where the covariates are heavy-tailed", () => {
    const rate = (density: number) =>
      trainOnMoments(
        "zero-shot-value",
        start,
        linearTaskMoments(
          FLOAT,
          covariateMoments({ kind: "sparse", density }, problem.covariance),
          targetTask,
          gaussianNoise(FLOAT, problem.noiseVariance),
        ),
        { auxiliaryShots: 10, steps: 1 },
      ).learningRate;
    expect(rate(1)).toBe(0.01);
    expect(rate(0.1)).toBeLessThan(0.01);
  });
});

describe("covariates of constant length", () => {
  it("is computed by hand for d = 1: t(2t + 2γ)(2t + γ)² = θ₀²", () => {
    // t = 1, γ = 1: 1·4·9 = 36.
    expectClose(constantLengthEnd(1, 1, [6]).scoreScale, 1, {
      tolerance: 1e-14,
      reason: "bisection to the last bit",
    });
    const { block, selfScore } = constantLengthEnd(1, 1, [6]);
    expectClose(block, 2, { tolerance: 1e-14, reason: "γ + t" });
    expectClose(selfScore, 3, { tolerance: 1e-14, reason: "t + α" });
  });
});
