import { requireNumber, requireVector } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { labelSlot } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";

/**
 * ‖S‖²_F − |v|², S the symmetric part of M, both over the slots of the constant and the covariates: what zero-shot prompts
 * see. Gradient flow on any zero-shot loss conserves it, that of a finite data set included, because the prediction
 * (zᵀMz)(vᵀz) is linear in v and in M prompt by prompt, so that vᵀ∇_v = tr Mᵀ∇_M.
 * @throws InputError when v and M do not fit each other or hold what is no finite number.
 */
export function keyQueryExcess({ value, keyQuery }: AttentionParameters): number {
  requireParameters({ value, keyQuery });
  const seen = value.length - 1;
  let excess = 0;
  for (let i = 0; i < seen; i += 1) {
    excess -= value[i]! ** 2;
    for (let j = 0; j < seen; j += 1) excess += ((keyQuery[i]![j]! + keyQuery[j]![i]!) / 2) ** 2;
  }
  return excess;
}

/**
 * Where full fine-tuning on zero-shot prompts ends from any starting point that is nearly pretrained, noise left by training
 * included: v_x = θ₀/c, S zero but for M₀₀ = c, with c² − |θ₀|²/c² the start's {@link keyQueryExcess} plus its `drift` on the way
 * (none for gradient flow). What zero-shot prompts do not see stays: w, the label's row and column of M, and the antisymmetric
 * part. c has the sign that makes M₀₀ grow from the start's quadratic score. For a finite data set the task is its own
 * least-squares solution.
 * @throws InputError when a length does not fit the dimension or a number is not finite.
 */
export function zeroShotFullFrom(
  problem: RegressionProblem,
  start: AttentionParameters,
  targetTask: Vector,
  drift = 0,
): AttentionParameters {
  requireProblem(problem);
  const { covariance } = problem;
  requireVector(targetTask, "targetTask", covariance.length);
  requireParameters(start, covariance.length);
  requireNumber(drift, "drift");
  const label = labelSlot(targetTask.length);
  const excess = keyQueryExcess(start) + drift;
  const square = targetTask.reduce((sum, x) => sum + x * x, 0);
  const score = covariance.reduce(
    (sum, row, i) => row.reduce((s, x, j) => s + x * start.keyQuery[i + 1]![j + 1]!, sum),
    start.keyQuery[0]![0]!,
  );
  const c = (score < 0 ? -1 : 1) * Math.sqrt((excess + Math.hypot(excess, 2 * Math.sqrt(square))) / 2);
  return {
    value: [0, ...targetTask.map((x) => x / c), start.value[label]!],
    keyQuery: start.keyQuery.map((row, i) =>
      row.map((x, j) => {
        if (i === label || j === label) return x;
        return i === 0 && j === 0 ? c : (x - start.keyQuery[j]![i]!) / 2;
      }),
    ),
  };
}
