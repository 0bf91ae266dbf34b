import { minimiseQuadratic } from "../algebra/convexQuadratic";
import type { Matrix } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { momentQuadratic, type SparseQuadratic } from "../exact/featureLoss";
import { priorCubature } from "../exact/priorCubature";
import { type PromptFeature, relaxedMomentLoss, relaxedPoint } from "../exact/relaxedRisk";
import {
  type CovariateMoments,
  gaussianNoise,
  linearTaskMoments,
  type TokenMoments,
} from "../exact/tokenMoments";
import type { AttentionParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";
import { requireSquare } from "../problem/readInput";
import { readShots, type ShotCount } from "../problem/shots";
import { requirePrior, type TaskPrior } from "../problem/taskPrior";

/**
 * The key-query matrix that is best on average over a prior of linear tasks for v = (0, 0, 1), whatever the distribution of
 * the covariates: the pretraining loss is a convex quadratic in M then. The label's column, which no query reaches, is zero.
 * @throws InputError when Λ is not square, a number not finite, or `shots` no shot count.
 * @throws RangeError when the loss is not convex, which only rounding can make it.
 */
export function pretrainedByMoments(
  covariates: CovariateMoments,
  prior: TaskPrior,
  noiseVariance: number,
  shots: ShotCount,
): AttentionParameters {
  readShots(shots, "shots", { infinite: true });
  const dimension = requirePrior(prior);
  const size = tokenLength(dimension);
  const label = labelSlot(dimension);
  const noise = gaussianNoise(FLOAT, noiseVariance);
  const terms = priorCubature(prior).map(({ task, weight }) => ({
    moments: linearTaskMoments(FLOAT, covariates, task, noise),
    shots,
    weight,
  }));
  // With v = (0, 0, 1) the entry M_ab multiplies the one feature Ŝ_ay z_b.
  const features = Array.from({ length: size }, (_, a) =>
    Array.from({ length: label }, (_x, query): readonly PromptFeature[] => [{ pair: [a, label], query }]),
  ).flat();
  const minimum = minimiser(minimiseQuadratic(FLOAT, relaxedMomentLoss(FLOAT, dimension, terms, features)));
  return {
    value: Array.from({ length: size }, (_, k) => (k === label ? 1 : 0)),
    keyQuery: Array.from({ length: size }, (_, a) => [...minimum.slice(a * label, (a + 1) * label), 0]),
  };
}

/**
 * The value row that is best on the zero-shot prompts of one task for a fixed M, its label slot w left at 1: what value-only
 * fine-tuning converges to, whatever the distribution of tokens.
 * @throws InputError when M is not square or holds what is no finite number.
 */
export function valueOnlyByMoments(moments: TokenMoments, keyQuery: Matrix): AttentionParameters {
  const dimension = requireSquare(keyQuery, "keyQuery") - 2;
  const seen = [CONSTANT_SLOT, ...Array.from({ length: dimension }, (_, i) => FIRST_COVARIATE_SLOT + i)];
  return bestValue(
    keyQuery,
    unitValue(dimension),
    seen,
    momentQuadratic(dimension, [{ moments, shots: 0, weight: 1 }]),
  );
}

/** The same with an auxiliary few-shot loss whose weight was annealed to 0: w alone then minimises the few-shot loss. @throws InputError as {@link valueOnlyByMoments}, or naming `shots`. */
export function auxiliaryValueByMoments(
  moments: TokenMoments,
  keyQuery: Matrix,
  shots: ShotCount,
): AttentionParameters {
  readShots(shots, "shots", { infinite: true });
  const dimension = keyQuery.length - 2;
  const { value } = valueOnlyByMoments(moments, keyQuery);
  const fewShot = momentQuadratic(dimension, [{ moments, shots, weight: 1 }]);
  return bestValue(keyQuery, value, [labelSlot(dimension)], fewShot);
}

const unitValue = (dimension: number): readonly number[] =>
  Array.from({ length: tokenLength(dimension) }, (_, k) => (k === labelSlot(dimension) ? 1 : 0));

/** Minimises a quadratic loss over the entries of v listed, the others and M fixed. */
function bestValue(
  keyQuery: Matrix,
  value: readonly number[],
  free: readonly number[],
  { rowStart, column, entry, slope, constant }: SparseQuadratic,
): AttentionParameters {
  const times = (p: readonly number[]): readonly number[] =>
    p.map((_, i) => {
      let sum = 0;
      for (let k = rowStart[i]!; k < rowStart[i + 1]!; k += 1) sum += entry[k]! * p[column[k]!]!;
      return sum;
    });
  const inner = (a: ArrayLike<number>, b: readonly number[]): number =>
    b.reduce((sum, x, i) => sum + x * a[i]!, 0);
  const fixed = relaxedPoint(FLOAT, { keyQuery, value: value.map((x, k) => (free.includes(k) ? 0 : x)) });
  const basis = free.map((slot) =>
    relaxedPoint(FLOAT, { keyQuery, value: value.map((_, k) => (k === slot ? 1 : 0)) }),
  );
  const images = basis.map(times);
  const best = minimiser(
    minimiseQuadratic(FLOAT, {
      curvature: images.map((image) => basis.map((b) => inner(image, b))),
      slope: basis.map((b, i) => inner(slope, b) - inner(images[i]!, fixed)),
      constant,
    }),
  );
  return { keyQuery, value: value.map((x, k) => (free.includes(k) ? best[free.indexOf(k)]! : x)) };
}

function minimiser(minimum: { readonly point: readonly number[] } | undefined): readonly number[] {
  if (minimum === undefined) throw new RangeError("the loss is not convex: rounding is too large");
  return minimum.point;
}
