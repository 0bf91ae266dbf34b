import { factorLdl } from "../algebra/definiteness";
import type { Matrix } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { join, readChoice, requireCovariance } from "./readInput";

/** The distribution of the pretraining tasks; both have E θ = 0 and E θθᵀ = Λ. */
export interface TaskPrior {
  /** θ = √r F u with u uniform on the unit sphere of R^r, or θ = F g with g standard normal; FFᵀ = Λ, r its rank. */
  readonly kind: "sphere" | "gaussian";
  /** Λ: d × d, symmetric positive semidefinite, not zero. */
  readonly taskCovariance: Matrix;
}

export const TASK_PRIORS = ["sphere", "gaussian"] as const satisfies readonly TaskPrior["kind"][];

/**
 * That its kind is one of these and Λ a covariance, finite, symmetric, positive semidefinite and not zero: of size d where it is told.
 * @returns d. @throws InputError naming what is wrong.
 */
export function requirePrior(
  { kind, taskCovariance }: TaskPrior,
  path = "prior",
  dimension = taskCovariance?.length,
): number {
  readChoice(kind, join(path, "kind"), TASK_PRIORS);
  requireCovariance(taskCovariance, join(path, "taskCovariance"), dimension, { definite: false });
  return dimension;
}

/** F with FFᵀ = Λ, d × r, r the rank of Λ. */
export function priorFactor({ taskCovariance }: TaskPrior): Matrix {
  const factors = factorLdl(FLOAT, taskCovariance);
  if (factors === undefined) throw new Error("the task covariance is indefinite");
  const { lower, pivots } = factors;
  const kept = pivots.flatMap((pivot, k) => (pivot > 0 ? [k] : []));
  return lower.map((row) => kept.map((k) => row[k]! * Math.sqrt(pivots[k]!)));
}
