/**
 * Upper bounds for the degree of a rational function in the numbers drawn for a point, as numerator over denominator. All
 * entries of a vector or a matrix are bounded together, over one common denominator.
 */
export interface Degree {
  readonly numerator: number;
  readonly denominator: number;
}

/** The degree of a polynomial. */
export const polynomial = (degree: number): Degree => ({ numerator: degree, denominator: 0 });

/** A number drawn as it is. */
export const DRAWN = polynomial(1);

/** Σ and Λ, drawn as AAᵀ + I. */
export const COVARIANCE = polynomial(2);

/** n/N and 1/N with N = n + 1. */
export const SHARE: Degree = { numerator: 1, denominator: 1 };

/** The degree of a product. */
export function times(...factors: readonly Degree[]): Degree {
  return factors.reduce(
    (a, b) => ({ numerator: a.numerator + b.numerator, denominator: a.denominator + b.denominator }),
    polynomial(0),
  );
}

/** A sum or a difference, over the product of the denominators. */
export function plus(...terms: readonly Degree[]): Degree {
  const denominator = terms.reduce((sum, term) => sum + term.denominator, 0);
  return {
    numerator: Math.max(...terms.map((term) => term.numerator + denominator - term.denominator)),
    denominator,
  };
}

/** The degree of a quotient. */
export const over = (a: Degree, b: Degree): Degree => ({
  numerator: a.numerator + b.denominator,
  denominator: a.denominator + b.numerator,
});

/** The inverse of a d × d matrix: adjugate over determinant. */
export function inverse(dimension: number, { numerator, denominator }: Degree): Degree {
  return { numerator: (dimension - 1) * numerator + denominator, denominator: dimension * numerator };
}

/** What the parameters of a risk are made of; what is left out is drawn as it is. */
export interface RiskArguments {
  readonly task?: Degree;
  readonly value?: Degree;
  readonly keyQuery?: Degree;
}

/**
 * The exact risk: quadratic in v, in M and in 1/N. Beside v² M² its longest terms hold the moment C of a labelled token
 * twice (Σ and θ twice in each) and Σ once more, as vᵀCWCv does.
 */
export function riskDegree({ task = DRAWN, value = DRAWN, keyQuery = DRAWN }: RiskArguments): Degree {
  const tokenMoment = times(task, task, COVARIANCE);
  const cleared = ({ numerator, denominator }: Degree): Degree => ({
    numerator: Math.max(numerator, denominator),
    denominator,
  });
  const [v, m, share] = [cleared(value), cleared(keyQuery), cleared(SHARE)];
  return times(v, v, m, m, share, share, tokenMoment, tokenMoment, COVARIANCE);
}

/** The degree of the polynomial whose zero is tested: the numerator of the difference of both sides. */
export function identityDegree(left: Degree, right: Degree): number {
  return plus(left, right).numerator;
}
