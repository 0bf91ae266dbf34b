import { describe, it } from "vitest";
import { minimiseQuadratic } from "../../../src/core/algebra/convexQuadratic";
import { RATIONAL } from "../../../src/core/algebra/numberField";
import { relaxedBound } from "../../../src/core/exact/relaxedBound";
import { promptFeatures, relaxedLoss } from "../../../src/core/exact/relaxedRisk";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot } from "../../../src/core/model/tokens";
import { expectClose } from "../../support/expectClose";

describe("the bound by nine invariant features", () => {
  it("is the minimum over all features, and over those that v₀ = 0 makes, of each parity", () => {
    for (const [d, shots] of [
      [2, 3],
      [3, 1],
    ] as const) {
      const identity = Array.from({ length: d }, (_, i) =>
        Array.from({ length: d }, (_x, j) => Number(i === j)),
      );
      const problem = { dimension: d, covariance: identity, noiseVariance: 0.25 };
      const task = identity[0]!;
      // Two tasks, so that memorising one is no answer: every invariant feature has work to do.
      const terms = [
        { task, shots: 0, weight: 1 },
        { task: task.map((x) => -2 * x), shots, weight: 0.5 },
      ];
      const exact = {
        dimension: d,
        covariance: identity.map((row) => row.map(RATIONAL.from)),
        noiseVariance: RATIONAL.from(0.25),
      };
      const exactTerms = terms.map((term) => ({
        ...term,
        task: term.task.map(RATIONAL.from),
        weight: RATIONAL.from(term.weight),
      }));
      // An odd feature changes its sign with (x, y); v₀ = 0 leaves no feature of the query and two constants.
      const isCovariate = (slot: number): boolean => slot >= FIRST_COVARIATE_SLOT && slot < labelSlot(d);
      const all = promptFeatures(d);
      const without = all.filter(
        ({ pair: [a, k], query }) => !(a === CONSTANT_SLOT && k === CONSTANT_SLOT && isCovariate(query)),
      );
      for (const [competitors, features] of [
        ["all", all],
        ["without constant content", without],
      ] as const) {
        const loss = relaxedLoss(
          RATIONAL,
          exact,
          exactTerms,
          features.map((feature) => [feature]),
        );
        const minimum = RATIONAL.toNumber(minimiseQuadratic(RATIONAL, loss)!.value);
        expectClose(relaxedBound(problem, terms, competitors), minimum, {
          tolerance: 1e-12 * minimum,
          reason: "both are exact but for the last rounding",
          input: { d, shots, competitors },
        });
      }
    }
  });
});
