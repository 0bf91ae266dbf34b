import { describe, it } from "vitest";
import { evaluate } from "../../../src/core/algebra/formula";
import { RATIONAL } from "../../../src/core/algebra/numberField";
import {
  VALUE_ONLY_OPTIMUM_OTHER_COVARIATES,
  VALUE_ONLY_PRICE_OTHER_COVARIATES,
  VALUE_ONLY_RISK_OTHER_COVARIATES,
} from "../../../src/core/theory/otherCovariates";
import { VALUE_ONLY_OPTIMUM_INVERSE } from "../../../src/core/theory/zeroShotValue";
import { expectClose } from "../../support/expectClose";

describe("the value-only optimum for other covariates", () => {
  const q = RATIONAL.from;
  const numbers = {
    covariance: [
      [q(2), q("1/3")],
      [q("1/3"), q(1)],
    ],
    noiseVariance: q("1/5"),
    targetTask: [q(1), q("-2/3")],
    dimension: q(2),
  };
  const exact = { tolerance: 0, reason: "exact arithmetic" };
  const risk = (radial: object, valueVector: readonly ReturnType<typeof q>[]) =>
    evaluate(VALUE_ONLY_RISK_OTHER_COVARIATES, RATIONAL, {
      ...numbers,
      ...radial,
      task: numbers.targetTask,
      valueVector,
      labelWeight: q(1),
      contextShare: q(0),
      queryShare: q(1),
    });

  it("minimises the zero-shot risk, which there is the price, for any τ₄ and τ₆", () => {
    for (const [fourthRadial, sixthRadial] of [
      [q(3), q(17)],
      [q("13/2"), q(70)],
    ] as const) {
      const radial = { fourthRadial: fourthRadial!, sixthRadial: sixthRadial! };
      const best = evaluate(VALUE_ONLY_OPTIMUM_OTHER_COVARIATES, RATIONAL, { ...numbers, ...radial });
      best.forEach((_, i) => {
        const at = (step: number) =>
          risk(
            radial,
            best.map((x, j) => (i === j ? x.add(step) : x)),
          );
        expectClose(at(1).sub(at(-1)).valueOf(), 0, { ...exact, input: { slope: i } });
      });
      const price = evaluate(VALUE_ONLY_PRICE_OTHER_COVARIATES, RATIONAL, { ...numbers, ...radial });
      expectClose(risk(radial, best).sub(price).valueOf(), 0, exact);
    }
  });

  it("is the Gaussian one for τ₄ = d + 2 and τ₆ = (d + 2)(d + 4)", () => {
    const gaussian = evaluate(VALUE_ONLY_OPTIMUM_INVERSE, RATIONAL, numbers);
    evaluate(VALUE_ONLY_OPTIMUM_OTHER_COVARIATES, RATIONAL, {
      ...numbers,
      fourthRadial: q(4),
      sixthRadial: q(24),
    }).forEach((x, i) => {
      expectClose(x.sub(gaussian[i]!).valueOf(), 0, { ...exact, input: i });
    });
  });
});
