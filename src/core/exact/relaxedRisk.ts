import type { Quadratic } from "../algebra/convexQuadratic";
import { entry, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { labelSlot, tokenLength } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type RiskTerm, requireTerms } from "../problem/riskTerm";
import { type ShotCount, tokenShares } from "../problem/shots";
import { gaussianTokenMoments, type TokenMoments } from "./tokenMoments";

/**
 * One feature of a prompt, Ŝ_ak z_qb with Ŝ = (1/N) Σ_j z_j z_jᵀ over all N tokens: the prediction of linear attention is
 * f = Σ M_ab v_k Ŝ_ak z_qb. Slots a ≤ k, because Ŝ is symmetric; b is no label slot, because the query has no label.
 */
export interface PromptFeature {
  readonly pair: readonly [number, number];
  readonly query: number;
}

/** All features of a prompt with d covariates: (d+2)(d+3)/2 · (d+1) of them. @throws InputError naming `dimension`. */
export function promptFeatures(dimension: number): readonly PromptFeature[] {
  const size = tokenLength(dimension);
  const features: PromptFeature[] = [];
  for (let a = 0; a < size; a += 1) {
    for (let k = a; k < size; k += 1) {
      for (let query = 0; query < labelSlot(dimension); query += 1) features.push({ pair: [a, k], query });
    }
  }
  return features;
}

/** M⊗v in the coordinates of {@link promptFeatures}; any number of heads is a sum of such points. @throws InputError when v and M do not fit. */
export function relaxedPoint<T>(
  field: NumberField<T>,
  { value, keyQuery }: AttentionParameters<T>,
): Vector<T> {
  requireParameters({ value, keyQuery });
  return promptFeatures(value.length - 2).map(({ pair: [a, k], query }) => {
    const term = (i: number, j: number): T => field.multiply(entry(keyQuery, i, query), value[j]!);
    return a === k ? term(a, k) : field.add(term(a, k), term(k, a));
  });
}

/** One part of a loss, its tokens given by their moments: the risk at n shots, times a weight. */
export interface MomentTerm<T = number> {
  readonly moments: TokenMoments<T>;
  readonly shots: ShotCount;
  /** ≥ 0, or of either sign in a cubature. */
  readonly weight: T;
}

/**
 * The loss Σ weight · R(n, θ) of predictors that are linear in prompt features with free coefficients: a convex quadratic,
 * and a lower bound of the loss of every (v, M), of any rank and any number of heads. Each group of features shares one
 * coefficient; without groups every feature has its own.
 * @throws InputError when a length is not d, a number not finite, or a shot count none.
 */
export function relaxedLoss<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  terms: readonly RiskTerm<T>[],
  groups?: readonly (readonly PromptFeature[])[],
): Quadratic<T> {
  requireProblem(problem);
  requireTerms(terms, problem.dimension);
  const withMoments = terms.map(({ task, ...term }) => ({
    ...term,
    moments: gaussianTokenMoments(field, problem, task),
  }));
  return relaxedMomentLoss(field, problem.dimension, withMoments, groups);
}

/** The same loss for tokens of any distribution, of which it needs moments up to order six. */
export function relaxedMomentLoss<T>(
  field: NumberField<T>,
  dimension: number,
  terms: readonly MomentTerm<T>[],
  groups: readonly (readonly PromptFeature[])[] = promptFeatures(dimension).map((item) => [item]),
): Quadratic<T> {
  const label = labelSlot(dimension);
  const parts = terms.map((term) => ({
    term,
    moments: featureMoments(field, dimension, term.moments, term.shots),
  }));
  const weighted = (of: (moments: FeatureMoments<T>) => T): T =>
    parts.reduce(
      (sum, { term, moments }) => field.add(sum, field.multiply(term.weight, of(moments))),
      field.zero,
    );
  const total = (items: readonly T[]): T => items.reduce(field.add, field.zero);
  const curvature: T[][] = [];
  groups.forEach((group, i) => {
    const row = groups
      .slice(0, i + 1)
      .map((other) =>
        weighted((moments) => total(group.flatMap((p) => other.map((q) => moments.product(p, q))))),
      );
    curvature.push(row);
    row.slice(0, i).forEach((value, j) => {
      curvature[j]!.push(value);
    });
  });
  return {
    curvature,
    slope: groups.map((group) => weighted((moments) => total(group.map(moments.withLabel)))),
    constant: weighted(({ ofToken }) => ofToken([label, label])),
  };
}

interface FeatureMoments<T> {
  readonly ofToken: TokenMoments<T>;
  /** E of the product of two features. */
  readonly product: (p: PromptFeature, q: PromptFeature) => T;
  /** E of a feature times the query's true label. */
  readonly withLabel: (p: PromptFeature) => T;
}

/** With N = n + 1, the n labelled tokens are independent of each other and of the query token, which is one of the N. */
function featureMoments<T>(
  field: NumberField<T>,
  dimension: number,
  moments: TokenMoments<T>,
  shots: ShotCount,
): FeatureMoments<T> {
  const { multiply, add, subtract } = field;
  const label = labelSlot(dimension);
  const { contextShare: a, queryShare: b } = tokenShares(field, shots);
  const same = multiply(a, b);
  const different = subtract(multiply(a, a), same);
  const both = multiply(b, b);
  const ofToken = (...slots: readonly number[]): T => moments(slots);
  // The query token is distributed as a labelled one, but for its label slot, which is empty.
  const ofQuery = (...slots: readonly number[]): T => (slots.includes(label) ? field.zero : moments(slots));
  return {
    ofToken: moments,
    product: ({ pair: p, query: s }, { pair: q, query: t }) => {
      const tokens = add(
        multiply(same, ofToken(...p, ...q)),
        multiply(different, multiply(ofToken(...p), ofToken(...q))),
      );
      const mixed = add(
        multiply(ofToken(...p), ofQuery(...q, s, t)),
        multiply(ofToken(...q), ofQuery(...p, s, t)),
      );
      return add(
        add(multiply(tokens, ofQuery(s, t)), multiply(same, mixed)),
        multiply(both, ofQuery(...p, ...q, s, t)),
      );
    },
    withLabel: ({ pair, query }) => {
      const context = multiply(a, multiply(ofToken(...pair), ofToken(query, label)));
      // Query and true label are distributed as a labelled token.
      const own = pair.includes(label) ? field.zero : ofToken(...pair, query, label);
      return add(context, multiply(b, own));
    },
  };
}
