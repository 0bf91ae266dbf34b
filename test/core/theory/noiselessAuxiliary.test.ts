import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { asPoint, exactLoss } from "../../../src/core/exact/exactLoss";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { pack } from "../../../src/core/exact/packedParameters";
import { relaxedBound } from "../../../src/core/exact/relaxedBound";
import { dampedNewton } from "../../../src/core/predict/dampedNewton";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { noiselessAuxiliaryLoss, noiselessValley } from "../../../src/core/theory/noiselessAuxiliary";
import { pretrainedParameters } from "../../../src/core/theory/pretraining";
import { expectClose } from "../../support/expectClose";

const slanted = {
  problem: {
    dimension: 3,
    covariance: [
      [1, 0.3, 0],
      [0.3, 0.5, 0.1],
      [0, 0.1, 2],
    ],
    noiseVariance: 0,
  },
  targetTask: [0.3, -1, 0.5],
};
const lossOf = (
  parameters: Parameters<typeof exactRisk<number>>[4],
  shots: number,
  weight: number,
): number => {
  const { problem, targetTask } = slanted;
  const risk = (n: number): number => exactRisk(FLOAT, problem, targetTask, n, parameters);
  return risk(0) + weight * risk(shots);
};

describe("full fine-tuning with an auxiliary loss, labels without noise", () => {
  it("has a valley to infinity whose loss falls to the closed form, for any Σ, n and λ", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: -3, max: 2, noNaN: true }),
        (shots, log) => {
          const weight = 10 ** log;
          const { problem, targetTask } = slanted;
          const auxiliary = { shots, weight };
          const infimum = noiselessAuxiliaryLoss(problem, targetTask, auxiliary);
          for (const scale of [30, 300]) {
            const excess =
              lossOf(noiselessValley(problem, targetTask, auxiliary, scale), shots, weight) - infimum;
            expectClose(scale ** 2 * excess, 0, {
              tolerance: 20 * (1 + weight),
              reason: "the excess is of order 1/scale², with a constant of a few times the loss's own terms",
              input: { shots, weight, scale },
            });
          }
          expect(infimum).toBeGreaterThan(
            relaxedBound(problem, [
              { task: targetTask, shots: 0, weight: 1 },
              { task: targetTask, shots, weight },
            ]),
          );
        },
      ),
      { numRuns: 50, seed: 2 },
    );
  });

  it("by hand for one example: λ = 1, n = 1, ‖θ₀‖ = 1 gives μ = 2/(4·3) and μ/(1 + μ) = 1/7", () => {
    const { problem } = isotropicSetting({ dimension: 2, noiseVariance: 0, pretrainingShots: 20 });
    expectClose(noiselessAuxiliaryLoss(problem, [0.6, 0.8], { shots: 1, weight: 1 }), 1 / 7, {
      tolerance: 1e-15,
      reason: "a few roundings",
    });
  });

  it("descent from the pretrained point follows it: the loss from above, |w| ever larger", () => {
    const { problem, targetTask } = slanted;
    const pretraining = {
      taskCovariance: [0.5, 0.2, 0.3].map((x, i) => [0, 1, 2].map((j) => (i === j ? x : 0))),
      shots: 10,
    };
    const terms = [
      { task: targetTask, shots: 0, weight: 1 },
      { task: targetTask, shots: 3, weight: 1 },
    ];
    const loss = exactLoss(problem, terms);
    const seen: { value: number; w: number }[] = [];
    expect(() =>
      dampedNewton(
        (point, gradient) => {
          const value = loss(point, gradient);
          if (value < (seen[seen.length - 1]?.value ?? Number.POSITIVE_INFINITY))
            seen.push({ value, w: point[4]! });
          return value;
        },
        asPoint(pack(pretrainedParameters(FLOAT, problem, pretraining))),
        { tolerance: 1e-11, maxSteps: 300, difference: 1 },
      ),
    ).toThrow(/did not settle/);
    const infimum = noiselessAuxiliaryLoss(problem, targetTask, { shots: 3, weight: 1 });
    const last = seen[seen.length - 1]!;
    expect(last.value).toBeGreaterThan(infimum);
    expectClose(last.value / infimum, 1, {
      tolerance: 1e-5,
      reason: "the excess is of order 1/w²",
      input: last,
    });
    expect(Math.abs(last.w)).toBeGreaterThan(10);
  });

  it("predict refuses it in one line that says why, and answers where there is a minimum", () => {
    const { problem, pretraining } = isotropicSetting({
      dimension: 3,
      noiseVariance: 0,
      pretrainingShots: "infinity",
    });
    const regime = { kind: "auxiliary-full", targetTask: [1, 0, 0], auxiliaryWeight: 1 } as const;
    expect(() => predict(problem, pretraining, { ...regime, auxiliaryShots: 20 })).toThrow(InputError);
    expect(() => predict(problem, pretraining, { ...regime, auxiliaryShots: 20 })).toThrow(
      /^noiseVariance: holds 0; allowed: above 0 .*no minimum.*0\.0824402/,
    );
    // The annealed weight begins at 1, where the valley already has no end: the limit stated is that of λ = 1.
    const infimum = noiselessAuxiliaryLoss(problem, [1, 0, 0], { shots: 7, weight: 1 });
    expect(() =>
      predict(problem, pretraining, { ...regime, auxiliaryWeight: "annealed", auxiliaryShots: 7 }),
    ).toThrow(`with λ = 1 descent takes it towards ${infimum.toPrecision(6)} `);
    const endless = predict(problem, pretraining, { ...regime, auxiliaryShots: "infinity" });
    expectClose(endless.risk([1, 0, 0], "infinity"), 0, {
      tolerance: 1e-12,
      reason: "both losses reach zero",
    });
  });
});

describe("auxiliary-full", () => {
  it("settles whatever is asked: noise, shots and weight over many powers of ten", () => {
    const power = (low: number, high: number) =>
      fc.double({ min: low, max: high, noNaN: true }).map((x) => 10 ** x);
    fc.assert(
      fc.property(
        fc.record({
          dimension: fc.integer({ min: 1, max: 3 }),
          noiseVariance: power(-8, 2),
          pretrainingShots: fc.constantFrom(1, 20, "infinity" as const),
          auxiliaryShots: fc.constantFrom(1, 5, 20, 1000, "infinity" as const),
          auxiliaryWeight: fc.oneof(fc.constant("annealed" as const), power(-6, 2)),
          length: power(-1, 0.5),
        }),
        ({ auxiliaryShots, auxiliaryWeight, length, ...setting }) => {
          const { problem, pretraining } = isotropicSetting(setting);
          const targetTask = problem.covariance.map((_, i) => (i === 0 ? length : 0));
          const prediction = predict(problem, pretraining, {
            kind: "auxiliary-full",
            targetTask,
            auxiliaryShots,
            auxiliaryWeight,
          });
          if (prediction.method !== "exact optimisation") expect.fail(prediction.method);
          const { loss, gradientNorm, lowerBoundWithoutConstant } = prediction.optimisation;
          expect(gradientNorm, "at rest, up to rounding").toBeLessThan(1e-8 * (1 + loss));
          expect(loss).toBeGreaterThanOrEqual(lowerBoundWithoutConstant * (1 - 1e-9));
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });
});
