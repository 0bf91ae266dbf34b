import { readWhole, requireNumber, requireVector } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { blockParameters } from "./blockParameters";

/** Where full fine-tuning ends when all covariates have the same length. */
export interface ConstantLengthEnd {
  /** M₀₀ = t. */
  readonly scoreScale: number;
  /** α: the covariate block of M is αI. */
  readonly block: number;
  /** v_x = θ₀/k with k = t + αd, the score of every query for itself. */
  readonly selfScore: number;
}

/**
 * Where gradient flow on the zero-shot loss takes M = γI, v = (0, 0, 1) when x is uniform on the sphere |x|² = d. The loss sees
 * M₀₀ and tr M_xx only as M₀₀ + tr M_xx, so tr M_xx − d M₀₀ is conserved, hence α = γ + t, and so is ‖M‖² − ‖v‖². At
 * risk σ² the score is constant on the sphere, so M_xx = αI, and k v_x = θ₀ fixes the rest:
 * t((d + 1)t + 2dγ)((d + 1)t + dγ)² = |θ₀|². The left side grows with t from 0, so there is one solution.
 * @throws InputError when d is no whole number from 1 up, θ₀ not of length d, or a number not finite.
 */
export function constantLengthEnd(dimension: number, gamma: number, targetTask: Vector): ConstantLengthEnd {
  readWhole(dimension, "dimension", 1);
  requireNumber(gamma, "gamma");
  requireVector(targetTask, "targetTask", dimension);
  const square = targetTask.reduce((sum, x) => sum + x * x, 0);
  const d = dimension;
  const left = (t: number): number => t * ((d + 1) * t + 2 * d * gamma) * ((d + 1) * t + d * gamma) ** 2;
  let [low, high] = [0, 1];
  while (left(high) < square) high *= 2;
  // Bisection to the last bit.
  for (let k = 0; k < 200; k += 1) {
    const middle = (low + high) / 2;
    if (left(middle) < square) low = middle;
    else high = middle;
  }
  const block = gamma + high;
  return { scoreScale: high, block, selfScore: high + block * d };
}

/** (v, M) there. @throws InputError as {@link constantLengthEnd}. */
export function constantLengthParameters(
  dimension: number,
  gamma: number,
  targetTask: Vector,
): AttentionParameters {
  const { scoreScale, block, selfScore } = constantLengthEnd(dimension, gamma, targetTask);
  return blockParameters(FLOAT, {
    block: targetTask.map((_, i) => targetTask.map((_x, j) => (i === j ? block : 0))),
    scoreScale,
    valueVector: targetTask.map((x) => x / selfScore),
    labelWeight: 1,
  });
}
