import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateQuadratic, minimiseQuadratic } from "../../../src/core/algebra/convexQuadratic";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { relaxedBound } from "../../../src/core/exact/relaxedBound";
import { promptFeatures, relaxedLoss, relaxedPoint } from "../../../src/core/exact/relaxedRisk";
import { asFloats, asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

describe("relaxed loss", () => {
  it("is the exact risk at every M⊗v, computed from the moments of features instead", () => {
    fc.assert(
      fc.property(instances(2), (instance) => {
        const { problem, task, shots, parameters } = asRationals(instance);
        const loss = relaxedLoss(RATIONAL, problem, [{ task, shots, weight: RATIONAL.one }]);
        const relaxed = evaluateQuadratic(RATIONAL, loss, relaxedPoint(RATIONAL, parameters));
        expect(relaxed.toFraction()).toBe(exactRisk(RATIONAL, problem, task, shots, parameters).toFraction());
      }),
      { numRuns: 20, seed: 51 },
    );
  });

  it("has a feature for every pair of slots and every query slot but the label's", () => {
    expect(promptFeatures(1)).toHaveLength(6 * 2);
    expect(promptFeatures(5)).toHaveLength(28 * 6);
  });
});

describe("relaxed bound", () => {
  const termsOf = ({ targetTask, shots }: ReturnType<typeof asFloats>) => [
    { task: targetTask, shots: 0, weight: 1 },
    { task: targetTask, shots, weight: 0.5 },
  ];

  it("has the same minimum with nine features as with all", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const floats = asFloats(instance);
        fc.pre(floats.problem.noiseVariance > 0 && floats.targetTask.some((x) => x !== 0));
        const terms = termsOf(floats);
        const all = minimiseQuadratic(FLOAT, relaxedLoss(FLOAT, floats.problem, terms));
        const scale = terms.reduce((sum, term) => sum + term.weight * floats.problem.noiseVariance, 0);
        expectClose(relaxedBound(floats.problem, terms), all!.value, {
          tolerance: 1e-9 * (scale + floats.targetTask.reduce((sum, x) => sum + 100 * x * x, 0)),
          reason: "two factorisations of matrices with condition numbers up to about 1e6",
          input: instance,
        });
      }),
      { numRuns: 25, seed: 52 },
    );
  });

  it("is below the loss of any parameters, with v₀ = 0 where that is asked", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const floats = asFloats(instance);
        fc.pre(floats.targetTask.some((x) => x !== 0));
        const { problem, parameters } = floats;
        const terms = termsOf(floats);
        const lossOf = (value: readonly number[]) =>
          terms.reduce(
            (sum, { task, shots, weight }) =>
              sum + weight * exactRisk(FLOAT, problem, task, shots, { ...parameters, value }),
            0,
          );
        expect(lossOf(parameters.value)).toBeGreaterThanOrEqual(relaxedBound(problem, terms) * (1 - 1e-9));
        expect(lossOf([0, ...parameters.value.slice(1)])).toBeGreaterThanOrEqual(
          relaxedBound(problem, terms, "without constant content") * (1 - 1e-9),
        );
      }),
      { numRuns: 40, seed: 53 },
    );
  });

  it("refuses tasks that are not parallel", () => {
    const problem = {
      dimension: 2,
      covariance: [
        [1, 0],
        [0, 1],
      ],
      noiseVariance: 1,
    };
    const terms = [
      [1, 0],
      [0, 1],
    ].map((task) => ({ task, shots: 0, weight: 1 }));
    expect(() => relaxedBound(problem, terms)).toThrow("not parallel");
  });
});
