import { InputError, requireNumber } from "@finetune-icl/base";
import { defineFormula, evaluate } from "../algebra/formula";
import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AuxiliaryWeight } from "../problem/regime";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { NORMAL_MATRIX, TRACES, valueOnlyOptimum } from "./zeroShotValue";

const SOURCE =
  "Value-only fine-tuning on the zero-shot loss plus an auxiliary few-shot loss of weight λ on the same task " +
  "(Lee, Sohn, Lee, arXiv 2602.23197); re-derived. Both losses are quadratic in (v_x, w).";

/**
 * The few-shot risk on the task θ as a quadratic in (v_x, w): v_xᵀ H_vv v_x + 2w h·v_x + H_ww w² − 2(g_v·v_x + g_w w) plus a
 * constant. At n = 0 only H_vv = B and g_v = a remain.
 */
const QUADRATIC = [
  ...TRACES,
  NORMAL_MATRIX,
  [
    "contextHessian",
    "contextShare * covariance * gamma * covariance * gamma * covariance + contextShare * queryShare * secondTrace * covariance",
  ],
  [
    "mixedHessian",
    "contextShare * queryShare * (firstTrace * covariance * gamma * covariance + 2 * covariance * gamma * covariance * gamma * covariance)",
  ],
  ["crossVector", "(contextHessian + mixedHessian) * task"],
  [
    "labelCurvature",
    "task * contextHessian * task + contextShare * queryShare * secondTrace * noiseVariance",
  ],
  ["labelSlope", "contextShare * inner(task, gamma * covariance * task)"],
] as const;

/** The label weight that is best for one task at fixed v_x. */
export const BEST_LABEL_WEIGHT = defineFormula({
  title: "Best label weight at fixed v_x",
  source: SOURCE,
  yields: "scalar",
  symbol: "w_*(n, \\theta)",
  where: QUADRATIC,
  expression: "(labelSlope - crossVector * valueVector) / labelCurvature",
});

/** H_ww: how fast the risk on a task grows with the distance of w from its best value. */
export const LABEL_CURVATURE = defineFormula({
  title: "Curvature of the risk in the label weight",
  source: SOURCE,
  yields: "scalar",
  symbol: "H_{ww}",
  where: QUADRATIC.slice(0, -1),
  expression: "labelCurvature",
});

/** What moving the label weight from 1 to w does to the risk on any task: it gains when its own best weight is beyond halfway. */
export const LABEL_WEIGHT_CHANGE = defineFormula({
  title: "Change in risk from moving the label weight",
  source: `${SOURCE} The risk is quadratic in w with minimum w_*(n, θ).`,
  yields: "scalar",
  symbol: "R_w(n, \\theta) - R_1(n, \\theta)",
  where: [...QUADRATIC, ["bestLabelWeight", "(labelSlope - crossVector * valueVector) / labelCurvature"]],
  expression: "labelCurvature * (labelWeight - 1) * (labelWeight + 1 - 2 * bestLabelWeight)",
});

/** That change after annealing, for Γ = Σ⁻¹ and n → ∞: a task gains when ⟨θ₀, θ⟩ > ½‖θ‖². */
export const LABEL_WEIGHT_CHANGE_LIMIT = defineFormula({
  title: "Change in risk from the auxiliary loss, for many examples",
  source: `${SOURCE} Γ = Σ⁻¹, v_x = θ₀/(d+4), w = w_*(∞, θ₀), n → ∞.`,
  yields: "scalar",
  symbol: "R_{w_*}(\\infty, \\theta) - R_1(\\infty, \\theta)",
  expression: "(normSquared(task) - 2 * inner(targetTask, task)) / (dimension + 4)^2",
});

/** The same minimiser of R(n, θ) for Γ = Σ⁻¹ and n → ∞; it depends on the angle between task and target. */
export const BEST_LABEL_WEIGHT_LIMIT = defineFormula({
  title: "Best label weight for many examples",
  source: `${SOURCE} Γ = Σ⁻¹, v_x = θ₀/(d+4), n → ∞.`,
  yields: "scalar",
  symbol: "w_*(\\infty, \\theta)",
  expression: "1 - inner(targetTask, task) / ((dimension + 4) * normSquared(task))",
});

const SYSTEM = [
  ...QUADRATIC,
  [
    "valueHessian",
    "normalMatrix + auxiliaryWeight * (contextHessian + 2 * mixedHessian + queryShare^2 * normalMatrix)",
  ],
  [
    "valueSlope",
    "(1 + auxiliaryWeight * queryShare) * (firstTrace * covariance + 2 * covariance * gamma * covariance) * task + auxiliaryWeight * contextShare * covariance * gamma * covariance * task",
  ],
  [
    "labelWeight",
    "(labelSlope - crossVector * inv(valueHessian) * valueSlope) / (labelCurvature - auxiliaryWeight * crossVector * inv(valueHessian) * crossVector)",
  ],
] as const;

/** w of the minimum of R(0, θ) + λ R(n, θ); here θ is the target. */
export const AUXILIARY_LABEL_WEIGHT = defineFormula({
  title: "Label weight with an auxiliary loss",
  source: SOURCE,
  yields: "scalar",
  symbol: "w",
  where: SYSTEM.slice(0, -1),
  expression: SYSTEM[SYSTEM.length - 1]![1],
});

/** v_x of the same minimum. */
export const AUXILIARY_VALUE_VECTOR = defineFormula({
  title: "Value row with an auxiliary loss",
  source: SOURCE,
  yields: "vector",
  symbol: "v_x",
  where: SYSTEM,
  expression: "inv(valueHessian) * (valueSlope - auxiliaryWeight * labelWeight * crossVector)",
});

/** The part of v that value-only fine-tuning moves. */
export interface ValueOptimum<T> {
  /** v_x, length d. */
  readonly valueVector: Vector<T>;
  /** w. */
  readonly labelWeight: T;
}

/**
 * The minimum of R(0, θ₀) + λ R(n, θ₀) over the value row, for a pretrained block Γ. "annealed" is the limit λ → 0: v_x goes
 * to the zero-shot optimum and w to the minimiser of R(n, θ₀) there. Where the auxiliary loss does not see w (λ = 0, or a
 * target of zero without noise), w keeps its pretrained value 1.
 * @throws InputError when a length is not d, a number not finite, λ negative, or n no shot count.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const gamma = pretrainedBlock(FLOAT, problem, pretraining);
 * const { labelWeight } = auxiliaryValueOptimum(FLOAT, problem, gamma, [1, 0], { shots: 20, weight: "annealed" });
 * console.log(labelWeight.toFixed(4)); // 0.7857
 */
export function auxiliaryValueOptimum<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  gamma: Matrix<T>,
  targetTask: Vector<T>,
  auxiliary: { readonly shots: ShotCount; readonly weight: AuxiliaryWeight<T> },
): ValueOptimum<T> {
  requireProblem(problem);
  const { covariance, noiseVariance } = problem;
  const { weight } = auxiliary;
  if (weight !== "annealed") requireNumber(weight, "weight");
  if (typeof weight === "number" && weight < 0)
    throw new InputError("weight", weight, 'a number from 0 up, or "annealed"');
  const shares = tokenShares(field, auxiliary.shots);
  const bindings = { covariance, noiseVariance, gamma, task: targetTask, ...shares };
  const zeroShot = valueOnlyOptimum(field, problem, gamma, targetTask);
  const unseen = field.sign(evaluate(LABEL_CURVATURE, field, bindings)) === 0;
  if (auxiliary.weight === "annealed") {
    const labelWeight = unseen
      ? field.one
      : evaluate(BEST_LABEL_WEIGHT, field, { ...bindings, valueVector: zeroShot });
    return { valueVector: zeroShot, labelWeight };
  }
  if (unseen || field.sign(auxiliary.weight) === 0) return { valueVector: zeroShot, labelWeight: field.one };
  const weighted = { ...bindings, auxiliaryWeight: auxiliary.weight };
  return {
    valueVector: evaluate(AUXILIARY_VALUE_VECTOR, field, weighted),
    labelWeight: evaluate(AUXILIARY_LABEL_WEIGHT, field, weighted),
  };
}
