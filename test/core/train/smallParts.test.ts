import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { asParameters, asPoint, exactLoss } from "../../../src/core/exact/exactLoss";
import { momentLoss } from "../../../src/core/exact/featureLoss";
import { pack } from "../../../src/core/exact/packedParameters";
import { gaussianTokenMoments } from "../../../src/core/exact/tokenMoments";
import { parameterLayout } from "../../../src/core/model/parameterLayout";
import { auxiliaryFullOptimum } from "../../../src/core/predict/auxiliaryFull";
import { solveLinearFlow } from "../../../src/core/predict/keyQueryFlow";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { pretrainedParameters } from "../../../src/core/theory/pretraining";
import { FLOW_DEFAULTS, followGradientFlow } from "../../../src/core/train/gradientFlow";
import { gradientNoise } from "../../../src/core/train/gradientNoise";
import { LowRankUpdate } from "../../../src/core/train/lowRankUpdate";
import { trainOnMoments } from "../../../src/core/train/momentTraining";
import { finitePrompts } from "../../../src/core/train/promptSource";
import { leavingTime } from "../../../src/core/train/saddleEscape";
import { promptBatch } from "../../../src/core/train/sampledStage";
import { expectClose } from "../../support/expectClose";

const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
const start = pretrainedParameters(FLOAT, problem, pretraining);
const targetTask = [0.6, -0.8];

describe("gradient flow", () => {
  // dp/dt = −p³ from 1: p(t) = 1/√(1 + 2t).
  const loss = (point: Float64Array, gradient: Float64Array): number => {
    gradient[0] = point[0]! ** 3;
    return point[0]! ** 4 / 4;
  };

  it("keeps to its step tolerance: 1e-12 unless told, with more steps for a smaller one", () => {
    expect(FLOW_DEFAULTS.stepTolerance).toBe(1e-12);
    const steps = [1e-5, 1e-8, 1e-12].map((stepTolerance) => {
      const end = followGradientFlow(loss, Float64Array.of(1), {
        stepTolerance,
        maxTime: 3,
        gradientTolerance: 0,
      });
      expectClose(end.point[0]!, 1 / Math.sqrt(7), {
        tolerance: 20 * stepTolerance + 1e-14,
        reason: "errors of some tens of steps, which the flow itself shrinks",
        input: stepTolerance,
      });
      return end.steps;
    });
    expect(steps[1]!).toBeGreaterThan(1.5 * steps[0]!);
    expect(steps[2]!).toBeGreaterThan(1.5 * steps[1]!);
  });
});

describe("the exact flow of the key-query matrix", () => {
  it("moves by 2 b t where it meets no resistance, and tends to b/k where it does", () => {
    const begin = {
      value: [1, 1, 1],
      keyQuery: [
        [0.5, 0, 9],
        [0, -0.5, 9],
        [9, 9, 9],
      ],
    };
    const curvature = [2, 0, 0, 1].map((k, i) => Array.from({ length: 4 }, (_, j) => (i === j ? k : 0)));
    const { keyQuery } = solveLinearFlow({ curvature, pull: [1, 3, -4, 5] }, begin, 7);
    const close = { tolerance: 1e-12, reason: "rounding" };
    expectClose(keyQuery[0]![1]!, 2 * 3 * 7, close);
    expectClose(keyQuery[1]![0]!, 2 * -4 * 7, close);
    expectClose(keyQuery[0]![0]!, 0.5 + (0.5 * Math.exp(-28) - 0.5 * Math.exp(-28)), close);
    expectClose(keyQuery[1]![1]!, 5 + (-0.5 - 5) * Math.exp(-14), close);
    expect(keyQuery[2]).toEqual([9, 9, 9]);
  });
});

describe("training on moments", () => {
  it("weighs the auxiliary loss by 1 at the first step, falling linearly", () => {
    const moments = gaussianTokenMoments(FLOAT, problem, targetTask);
    const steps = 4;
    const trained = trainOnMoments("auxiliary-value", start, moments, { auxiliaryShots: 3, steps });
    const zeroShot = momentLoss(2, [{ moments, shots: 0, weight: 1 }]);
    const fewShot = momentLoss(2, [{ moments, shots: 3, weight: 1 }]);
    const point = Float64Array.from(asPoint(pack(start)));
    const [one, other] = [new Float64Array(point.length), new Float64Array(point.length)];
    const velocity = new Float64Array(4);
    for (let step = 0; step < steps; step += 1) {
      zeroShot(point, one);
      fewShot(point, other);
      const slope = Array.from({ length: 4 }, (_, k) => one[k]! + ((steps - step) / steps) * other[k]!);
      const clip = Math.min(1, 1 / Math.hypot(...slope));
      slope.forEach((g, k) => {
        velocity[k] = 0.9 * velocity[k]! + clip * g;
        point[k]! -= trained.learningRate * velocity[k]!;
      });
    }
    asParameters(point, 4).value.forEach((x, k) => {
      expectClose(trained.parameters.value[k]!, x, { tolerance: 1e-13, reason: "rounding", input: k });
    });
  });
});

describe("the noise of gradients", () => {
  it("is the sample variance of the gradients of single prompts", () => {
    const layout = parameterLayout({ dimension: 1, layers: 1, heads: 1, keyQuery: "merged" });
    const tiny = { dimension: 1, covariance: [[1]], noiseVariance: 0.1 };
    const source = finitePrompts(tiny, [0.7], 2, "tokens", 50, new RandomSource(2));
    const point = Float64Array.from({ length: layout.length }, (_, i) => 0.3 * Math.sin(i + 1));
    const prompts = 7;
    const random = new RandomSource(4);
    const one = promptBatch(layout, source, 1);
    const gradients = Array.from({ length: prompts }, () => {
      const gradient = new Float64Array(layout.length);
      one(point, gradient, random);
      return gradient;
    });
    const variance = (i: number): number => {
      const values = gradients.map((gradient) => gradient[i]!);
      const mean = values.reduce((a, b) => a + b) / prompts;
      return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (prompts - 1);
    };
    const total = (from: number, to: number): number =>
      Array.from({ length: to - from }, (_, k) => variance(from + k)).reduce((a, b) => a + b);
    const noise = gradientNoise(layout, source, point, prompts, new RandomSource(4));
    const half = layout.length / 2;
    const close = { tolerance: 1e-12, reason: "rounding of squares that cancel" };
    expectClose(noise.value, total(0, half), close);
    expectClose(noise.keyQuery, total(half, layout.length), close);
  });
});

describe("the time at which a saddle is left", () => {
  const curve = (losses: readonly (readonly [number, number])[]) =>
    losses.map(([time, loss]) => ({ time, loss }));
  it("is looked for after time 1: before, the flow is still on its way to the saddle", () => {
    expect(
      leavingTime(
        curve([
          [0.5, 0],
          [1, 0],
          [1.5, 3],
          [2, 0],
        ]),
        1,
      ),
    ).toBe(2);
    expect(
      leavingTime(
        curve([
          [0.5, 0],
          [1.5, 0.5],
        ]),
        1,
      ),
    ).toBe(1.5);
    expect(
      leavingTime(
        curve([
          [0.5, 0],
          [2, 1],
        ]),
        1,
      ),
    ).toBeNaN();
  });
});

describe("a low-rank update", () => {
  it("starts with normal factors of variance 1/D on the right and zeros on the left", () => {
    const size = 10;
    const update = new LowRankUpdate(new Float64Array(size + size * size), size, { value: 40, keyQuery: 60 });
    const point = update.start(new RandomSource(8));
    const nonZero = [...point].filter((x) => x !== 0);
    expect(nonZero).toHaveLength(100 * size);
    const square = nonZero.reduce((sum, x) => sum + x * x, 0) / nonZero.length;
    expectClose(square, 1 / size, {
      tolerance: (4 * Math.sqrt(2 / nonZero.length)) / size,
      reason: "4 standard errors of the mean square of 1000 normals",
    });
  });
});

describe("full fine-tuning with an annealed auxiliary loss", () => {
  it("follows the minimum down to a weight of 1e-8, where it stands still to eight digits", () => {
    const at = (weight: number | "annealed") =>
      auxiliaryFullOptimum(problem, start, targetTask, { shots: 5, weight });
    const annealed = at("annealed");
    expect(annealed.optimisation.weight).toBe(1e-8);
    const loss = exactLoss(problem, [{ task: targetTask, shots: 0, weight: 1 }]);
    const point = asPoint(pack(annealed.parameters));
    const excess = loss(point, new Float64Array(point.length)) - problem.noiseVariance;
    expectClose(excess, 0, { tolerance: 1e-7, reason: "of the order of the last weight" });
  });
});
