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
  const numbersOf = (d: number) => ({
    covariance: Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_x, j) => (i === j ? q(2 - (i % 2)) : q("1/9"))),
    ),
    noiseVariance: q("1/5"),
    targetTask: Array.from({ length: d }, (_, i) => q(`${i % 2 === 0 ? 3 + i : -2}/3`)),
    dimension: q(d),
  });
  type Numbers = ReturnType<typeof numbersOf>;
  const DIMENSIONS = [1, 2, 3, 5];
  const exact = { tolerance: 0, reason: "exact arithmetic" };
  const risk = (numbers: Numbers, radial: object, valueVector: readonly ReturnType<typeof q>[]) =>
    evaluate(VALUE_ONLY_RISK_OTHER_COVARIATES, RATIONAL, {
      ...numbers,
      ...radial,
      task: numbers.targetTask,
      valueVector,
      labelWeight: q(1),
      contextShare: q(0),
      queryShare: q(1),
    });

  it.each(DIMENSIONS)(
    "minimises the zero-shot risk, which there is the price, for any τ₄ and τ₆: d = %i",
    (d) => {
      const numbers = numbersOf(d);
      for (const [fourthRadial, sixthRadial] of [
        [q(3), q(17)],
        [q("13/2"), q(70)],
      ] as const) {
        const radial = { fourthRadial: fourthRadial!, sixthRadial: sixthRadial! };
        const best = evaluate(VALUE_ONLY_OPTIMUM_OTHER_COVARIATES, RATIONAL, { ...numbers, ...radial });
        best.forEach((_, i) => {
          const at = (step: number) =>
            risk(
              numbers,
              radial,
              best.map((x, j) => (i === j ? x.add(step) : x)),
            );
          expectClose(at(1).sub(at(-1)).valueOf(), 0, { ...exact, input: { slope: i } });
        });
        const price = evaluate(VALUE_ONLY_PRICE_OTHER_COVARIATES, RATIONAL, { ...numbers, ...radial });
        expectClose(risk(numbers, radial, best).sub(price).valueOf(), 0, exact);
      }
    },
  );

  it.each(DIMENSIONS)("is the Gaussian one for τ₄ = d + 2 and τ₆ = (d + 2)(d + 4): d = %i", (d) => {
    const numbers = numbersOf(d);
    const gaussian = evaluate(VALUE_ONLY_OPTIMUM_INVERSE, RATIONAL, numbers);
    evaluate(VALUE_ONLY_OPTIMUM_OTHER_COVARIATES, RATIONAL, {
      ...numbers,
      fourthRadial: q(d + 2),
      sixthRadial: q((d + 2) * (d + 4)),
    }).forEach((x, i) => {
      expectClose(x.sub(gaussian[i]!).valueOf(), 0, { ...exact, input: i });
    });
  });
});
