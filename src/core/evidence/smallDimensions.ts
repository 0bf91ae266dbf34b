import { defineFormula, evaluate, type Formula, type ValueKind } from "../algebra/formula";
import type { Matrix } from "../algebra/matrix";
import type { Rational } from "../algebra/numberField";
import type { Differences } from "./identityEvidence";
import type { IdentityDraw } from "./rationalDraw";

/** Terms that vanish in small dimensions: a formula that is off by one is true there and false in every other. */
export const SMALL_DIMENSIONS = [
  {
    description: "true for d = 1, 2, 3 only: a term (d − 1)(d − 2)(d − 3)",
    term: "(dimension - 1) * (dimension - 2) * (dimension - 3)",
  },
  {
    // Six times the third elementary symmetric function of the eigenvalues of Σ, by Newton's identities.
    description: "true for d = 1, 2 only: the Cayley–Hamilton term of Σ",
    term: "(trace(covariance)^3 - 3 * trace(covariance) * trace(covariance * covariance) + 2 * trace(covariance * covariance * covariance))",
  },
] as const;

/** A false statement that the check of an identity must reject. */
export interface IdentityControl {
  readonly description: string;
  readonly differences: (draw: IdentityDraw) => Differences;
}

/** Controls of an identity that are true in small dimensions; the formula has Σ and d bound where it is evaluated. */
export const smallDimensionControls = <Kind extends ValueKind>(
  formula: Formula<Kind>,
  compare: (mistaken: Formula<Kind>) => IdentityControl["differences"],
): readonly IdentityControl[] =>
  SMALL_DIMENSIONS.map(({ description, term }) => ({
    description,
    differences: compare({ ...formula, expression: `(1 + ${term}) * (${formula.expression})` }),
  }));

/** 1 plus such a term, for checks in which no formula stands. */
export type SmallDimensionFactor = (draw: IdentityDraw, covariance: Matrix<Rational>) => Rational;

/** Controls of an identity in which something is off by such a factor. */
export const smallDimensionMistakes = (
  compare: (factor: SmallDimensionFactor) => IdentityControl["differences"],
): readonly IdentityControl[] =>
  SMALL_DIMENSIONS.map(({ description, term }) => {
    const formula = defineFormula({
      title: "A mistake in large dimensions",
      source: "Made up, for a control.",
      yields: "scalar",
      symbol: "1 + \\dots",
      expression: `1 + ${term}`,
    });
    return {
      description,
      differences: compare((draw, covariance) =>
        evaluate(formula, draw.field, { covariance, dimension: draw.d }),
      ),
    };
  });

/** No mistake: the factor 1. */
export const NO_MISTAKE: SmallDimensionFactor = ({ field }) => field.one;
