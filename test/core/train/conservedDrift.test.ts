import { describe, expect, it } from "vitest";
import { parameterLayout } from "../../../src/core/model/parameterLayout";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { ConservedDrift } from "../../../src/core/train/conservedDrift";
import { gradientNoise } from "../../../src/core/train/gradientNoise";
import { freshPrompts } from "../../../src/core/train/promptSource";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { runStage } from "../../../src/core/train/runStage";
import { promptBatch } from "../../../src/core/train/sampledStage";
import { initialPoint, pretrainingLoss } from "../../../src/core/train/stage";
import { expectClose } from "../../support/expectClose";

describe("the drift of ‖M‖² − ‖v‖² under descent", () => {
  it.each(["exact", "sampled"])(
    "is the sum over the steps that the identity says, clipped or not (%s)",
    (method) => {
      for (const clipNorm of [0.3, "none"]) {
        for (const momentum of [0, 0.9]) {
          const settings = readTrainingSettings({
            method,
            batchSize: 30,
            model: { keyQuery: "merged" },
            initialDeviation: 0.3,
            pretraining: { steps: 120, clipNorm, optimiser: { kind: "sgd", learningRate: 0.01, momentum } },
          });
          const start = initialPoint(settings);
          const half = start.length / 2;
          const excess = (point: Float64Array): number =>
            point.reduce((sum, x, i) => sum + (i < half ? -1 : 1) * x * x, 0);
          const drift = new ConservedDrift(half, momentum);
          const { point } = runStage(pretrainingLoss(settings), start, settings.pretraining.motion, {
            schedule: { every: 1 },
            see: (moment) => drift.see(moment),
          });
          const moved = excess(point) - excess(start);
          expect(Math.abs(moved)).toBeGreaterThan(1e-5);
          expectClose(drift.drift, moved, {
            tolerance: 1e-12,
            reason: "an identity; rounding of 120 steps",
            input: { method, clipNorm, momentum },
          });
        }
      }
    },
  );
});

describe("gradient noise", () => {
  it("is the covariance of one prompt's gradient: a batch of B has 1/B of it", () => {
    const { problem, pretraining } = isotropicSetting({
      dimension: 2,
      noiseVariance: 0.1,
      pretrainingShots: 5,
    });
    const layout = parameterLayout({ dimension: 2, layers: 1, heads: 1, keyQuery: "merged" });
    const prior = { kind: "sphere", taskCovariance: pretraining.taskCovariance } as const;
    const source = freshPrompts(problem, prior, 5, "moments");
    const point = Float64Array.from({ length: layout.length }, (_, i) => Math.sin(1 + 3 * i) / 2);
    const noise = gradientNoise(layout, source, point, 40_000, new RandomSource(1));
    // By another way: the spread of the gradients of 2000 batches of 20.
    const batch = promptBatch(layout, source, 20);
    const gradients = Array.from({ length: 2000 }, (_, k) => {
      const gradient = new Float64Array(layout.length);
      batch(point, gradient, new RandomSource(2, k));
      return gradient;
    });
    const half = layout.length / 2;
    const trace = (from: number): number => {
      let sum = 0;
      for (let i = from; i < from + half; i += 1) {
        const values = gradients.map((gradient) => gradient[i]!);
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        sum += values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
      }
      return sum;
    };
    const reason = "heavy-tailed squares of 40,000 prompts on either side: about 3 % each";
    expectClose(noise.value / 20, trace(0), { tolerance: 0.12 * trace(0), reason });
    expectClose(noise.keyQuery / 20, trace(half), { tolerance: 0.12 * trace(half), reason });
  });
});
