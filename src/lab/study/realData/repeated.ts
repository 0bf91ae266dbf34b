import { InputError, readWhole, requireVector } from "@finetune-icl/base";
import { studentQuantile } from "@finetune-icl/core/evidence";
import { TRAINING_SHARE } from "./design";

/** A mean over repeated splits of the same rows. */
export interface RepeatedMean {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * Mean and standard error of a number that was measured on J random splits. The splits share rows, so the plain standard error
 * is too small; Nadeau and Bengio (2003, "Inference for the generalization error", Machine Learning 52) correct the variance by
 * 1/J + n_test/n_train for 1/J.
 * @throws InputError when there are fewer than two numbers or one is not finite.
 * @example
 * console.log(repeatedMean([1, 2, 3]).mean, clearDistance(5).toFixed(3)); // 2 2.776
 */
export function repeatedMean(values: readonly number[]): RepeatedMean {
  const count = values.length;
  if (count < 2) throw new InputError("values", values, "two or more numbers");
  requireVector(values, "values", count);
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (count - 1);
  return {
    mean,
    standardError: Math.sqrt(variance * (1 / count + (1 - TRAINING_SHARE) / TRAINING_SHARE)),
  };
}

/** How many standard errors from zero a mean over J splits must lie to be clear: Student's t at 95 %, J − 1 degrees of freedom. @throws InputError when J is below 2. */
export const clearDistance = (splits: number): number =>
  studentQuantile(0.05, readWhole(splits, "splits", 2) - 1);

/** Whether a mean over splits is clearly positive, clearly negative, or neither. */
export function verdictOf(
  { mean, standardError }: RepeatedMean,
  splits: number,
): "holds" | "unclear" | "fails" {
  if (Math.abs(mean) <= clearDistance(splits) * standardError) return "unclear";
  return mean > 0 ? "holds" : "fails";
}
