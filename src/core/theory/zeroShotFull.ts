import { requireNumber, requireVector } from "@finetune-icl/base";
import { defineFormula, evaluate } from "../algebra/formula";
import type { Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { blockParameters, zeroBlock } from "./blockParameters";

const SOURCE =
  "Full fine-tuning on zero-shot prompts (Lee, Sohn, Lee, arXiv 2602.23197); re-derived. The zero-shot prediction " +
  "(zᵀMz)(vᵀz) equals θ₀ᵀx as a polynomial, which has degree one and therefore one constant factor.";

/**
 * A minimiser of the zero-shot risk over all of (v, M): the risk is the noise alone. In both branches sym(M_xx) = 0, so
 * the block that does in-context learning is erased. `labelWeight` w is the label slot of v, which zero-shot prompts do
 * not see.
 */
export type ZeroShotFullOptimum<T> =
  /** M₀₀ = c and v_x = θ₀/c: every token gets the same score, the value row knows the task. */
  | { readonly branch: "constant-score"; readonly scoreScale: T; readonly labelWeight: T }
  /**
   * v₀ = c; the score of the query token is θ₀ᵀx/c, of which the part ρ stands in the first column of M and 1 − ρ in its
   * first row: the value row is constant, the score knows the task.
   */
  | {
      readonly branch: "constant-value";
      readonly scoreScale: T;
      readonly keyShare: T;
      readonly labelWeight: T;
    };

/** R(n, θ) at a constant-score optimum. */
export const CONSTANT_SCORE_RISK = defineFormula({
  title: "In-context risk after full fine-tuning",
  source: SOURCE,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  expression:
    "noiseVariance + normSquared(queryShare * targetTask - task) + contextShare * queryShare * (normSquared(targetTask + scoreScale * labelWeight * task) + scoreScale^2 * labelWeight^2 * noiseVariance)",
});

/** R(n, θ) at a constant-value optimum. */
export const CONSTANT_VALUE_RISK = defineFormula({
  title: "In-context risk at the mirrored optimum of full fine-tuning",
  source: SOURCE,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  expression:
    "noiseVariance + normSquared((contextShare * (1 - keyShare) + queryShare) * targetTask - task)" +
    " + (contextShare * keyShare * labelWeight * inner(targetTask, task) / scoreScale)^2" +
    " + contextShare * queryShare * (keyShare^2 * normSquared(targetTask) + labelWeight^2 / scoreScale^2 * (((1 - keyShare)^2 + keyShare^2) * normSquared(targetTask) * (normSquared(task) + noiseVariance) + keyShare^2 * inner(targetTask, task)^2))",
});

/** Its limit, the noise included: examples tell nothing about any task. */
export const CONSTANT_SCORE_RISK_LIMIT = defineFormula({
  title: "In-context risk after full fine-tuning, for many examples",
  source: `${SOURCE} n → ∞; the same for every target, c and w.`,
  yields: "scalar",
  symbol: "R(\\infty, \\theta)",
  expression: "noiseVariance + normSquared(task)",
});

/** What examples cost on the target itself: a sum of squares, positive for every n ≥ 1 (unless θ₀ = 0 and cwσ = 0). */
export const TARGET_OVERSHOOT = defineFormula({
  title: "What examples cost on the target after full fine-tuning",
  source: `${SOURCE} θ = θ₀.`,
  yields: "scalar",
  symbol: "R(n, \\theta_0) - R(0, \\theta_0)",
  expression:
    "contextShare^2 * normSquared(targetTask) + contextShare * queryShare * ((1 + scoreScale * labelWeight)^2 * normSquared(targetTask) + scoreScale^2 * labelWeight^2 * noiseVariance)",
});

/**
 * The number of examples at which the risk on the target is largest, as a real number: q/(q − 2) where q > 2. For q ≤ 2
 * the curve rises to its limit without overshooting it.
 */
export const OVERSHOOT_RATIO = defineFormula({
  title: "Spread of one token against the signal",
  source: `${SOURCE} The risk on the target is σ² + ‖θ₀‖² (n² + qn)/N², largest at n = q/(q − 2), beyond its limit if q > 2.`,
  yields: "scalar",
  symbol: "q",
  expression:
    "(1 + scoreScale * labelWeight)^2 + scoreScale^2 * labelWeight^2 * noiseVariance / normSquared(targetTask)",
});

/** (v, M) of a zero-shot optimum, all free entries that the zero-shot loss does not see at zero but w. @throws InputError naming what is no finite number. */
export function zeroShotFullParameters<T>(
  field: NumberField<T>,
  targetTask: Vector<T>,
  optimum: ZeroShotFullOptimum<T>,
): AttentionParameters<T> {
  const { scoreScale, labelWeight } = optimum;
  requireVector(targetTask, "targetTask", targetTask.length);
  requireNumber(scoreScale, "scoreScale");
  requireNumber(labelWeight, "labelWeight");
  if (optimum.branch === "constant-value") requireNumber(optimum.keyShare, "keyShare");
  const block = zeroBlock(field, targetTask.length);
  const scaled = targetTask.map((value) => field.divide(value, scoreScale));
  if (optimum.branch === "constant-score") {
    return blockParameters(field, { block, scoreScale, valueVector: scaled, labelWeight });
  }
  const times = (share: T) => scaled.map((value) => field.multiply(share, value));
  return blockParameters(field, {
    block,
    valueConstant: scoreScale,
    firstColumn: times(optimum.keyShare),
    firstRow: times(field.subtract(field.one, optimum.keyShare)),
    labelWeight,
  });
}

/**
 * R(n, θ) at a zero-shot optimum of the target θ₀, in squared label units. The two tasks go by name, because one taken for the
 * other gives a number, too.
 * @throws InputError when a length is not d, a number not finite, or n no shot count.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const tasks = { targetTask: [1, 0], task: [0, 1] };
 * const optimum = gradientFlowOptimum(pretrainedBlock(FLOAT, problem, pretraining), tasks.targetTask);
 * console.log(zeroShotFullRisk(FLOAT, problem, tasks, optimum, "infinity")); // 1.1
 */
export function zeroShotFullRisk<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  { targetTask, task }: { readonly targetTask: Vector<T>; readonly task: Vector<T> },
  { branch, ...optimum }: ZeroShotFullOptimum<T>,
  shots: ShotCount,
): T {
  requireProblem(problem);
  const { covariance, noiseVariance } = problem;
  const formula = branch === "constant-score" ? CONSTANT_SCORE_RISK : CONSTANT_VALUE_RISK;
  return evaluate(formula, field, {
    covariance,
    noiseVariance,
    targetTask,
    task,
    ...optimum,
    ...tokenShares(field, shots),
  });
}
