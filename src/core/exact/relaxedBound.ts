import { minimiseQuadratic } from "../algebra/convexQuadratic";
import { entry, matrixFrom } from "../algebra/matrix";
import { RATIONAL, type Rational } from "../algebra/numberField";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type RiskTerm, requireTerms } from "../problem/riskTerm";
import { type PromptFeature, relaxedLoss } from "./relaxedRisk";

/**
 * Which predictors compete: all, or only those a model with v₀ = 0 makes. Gradient descent that starts at v₀ = 0 with no
 * score linear in the covariates stays among the latter, because the loss does not change when v₀ and those scores change sign.
 */
export type RelaxedCompetitors = "all" | "without constant content";

/**
 * A lower bound of Σ weight · R(n, θ₀) over all parameters of one layer, for a loss on one task θ₀ (or on multiples of it):
 * the minimum of the relaxed problem.
 *
 * In whitened coordinates the loss does not change under rotations that fix θ₀, nor under (x, y) → −(x, y). The relaxed
 * problem is convex, so averaging a minimiser over these symmetries gives an invariant one, and the nine invariant
 * combinations of features below suffice in every dimension.
 * @throws InputError when a length is not d, a number not finite, or a shot count none.
 * @throws RangeError when the tasks are not parallel.
 */
export function relaxedBound(
  problem: RegressionProblem,
  terms: readonly RiskTerm[],
  competitors: RelaxedCompetitors = "all",
): number {
  requireProblem(problem);
  requireTerms(terms, problem.dimension);
  const { dimension: d, covariance, noiseVariance } = problem;
  const inner = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * b.reduce((s, y, j) => s + entry(covariance, i, j) * y, 0), 0);
  const direction = terms.map(({ task }) => task).find((task) => inner(task, task) > 0);
  // Exact arithmetic: a small weight leaves curvatures that are rounding beside the others.
  const exact = (x: number): Rational => RATIONAL.from(x);
  const alongFirst = terms.map(({ task, shots, weight }) => {
    const length = Math.sqrt(inner(task, task));
    const cosine =
      direction === undefined ? 0 : inner(task, direction) / Math.sqrt(inner(direction, direction));
    if (Math.abs(Math.abs(cosine) - length) > 1e-9 * length)
      throw new RangeError("the tasks are not parallel");
    const along = [cosine, ...Array.from({ length: d - 1 }, () => 0)];
    return { task: along.map(exact), shots, weight: exact(weight) };
  });
  const white: RegressionProblem<Rational> = {
    dimension: d,
    covariance: matrixFrom(d, d, (i, j) => exact(i === j ? 1 : 0)),
    noiseVariance: exact(noiseVariance),
  };
  const [constantContent, ...others] = invariantFeatures(d);
  const features = competitors === "all" ? [constantContent!, ...others] : others;
  const minimum = minimiseQuadratic(RATIONAL, relaxedLoss(RATIONAL, white, alongFirst, features));
  if (minimum === undefined) throw new RangeError("the relaxed loss is not convex: a weight is negative");
  return RATIONAL.toNumber(minimum.value);
}

/** The odd features that rotations around the first axis leave alone; x is that axis, ⊥ the others. */
function invariantFeatures(dimension: number): readonly (readonly PromptFeature[])[] {
  const one = CONSTANT_SLOT;
  const x = FIRST_COVARIATE_SLOT;
  const y = labelSlot(dimension);
  const others = Array.from({ length: dimension - 1 }, (_, i) => x + 1 + i);
  const single = (a: number, k: number, query: number): readonly PromptFeature[] => [{ pair: [a, k], query }];
  const groups = [
    single(one, one, x),
    single(one, x, one),
    single(one, y, one),
    single(x, x, x),
    single(x, y, x),
    single(y, y, x),
    others.map((i): PromptFeature => ({ pair: [i, i], query: x })),
    others.map((i): PromptFeature => ({ pair: [x, i], query: i })),
    others.map((i): PromptFeature => ({ pair: [i, y], query: i })),
  ];
  return groups.filter((group) => group.length > 0);
}
