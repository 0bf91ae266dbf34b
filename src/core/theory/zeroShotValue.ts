import { defineFormula, evaluate } from "../algebra/formula";
import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { blockParameters } from "./blockParameters";

const SOURCE =
  "Value-only fine-tuning on zero-shot prompts from the pretrained point (Lee, Sohn, Lee, arXiv 2602.23197); re-derived.";

/** T₁ and T₂. */
export const TRACES = [
  ["firstTrace", "trace(gamma * covariance)"],
  ["secondTrace", "trace(gamma * covariance * gamma * covariance)"],
] as const;

/** B, half the Hessian of the zero-shot risk in v_x; needs the traces. */
export const NORMAL_MATRIX = [
  "normalMatrix",
  "(firstTrace^2 + 2 * secondTrace) * covariance + 4 * firstTrace * covariance * gamma * covariance + 8 * covariance * gamma * covariance * gamma * covariance",
] as const;

const NORMAL_EQUATIONS = [
  ...TRACES,
  ["normalVector", "(firstTrace * covariance + 2 * covariance * gamma * covariance) * targetTask"],
  NORMAL_MATRIX,
] as const;

/** v_x: the zero-shot risk is a convex quadratic in it. */
export const VALUE_ONLY_OPTIMUM = defineFormula({
  title: "Value-only optimum",
  source: `${SOURCE} Any symmetric Γ other than zero.`,
  yields: "vector",
  symbol: "v_x",
  where: NORMAL_EQUATIONS,
  expression: "inv(normalMatrix) * normalVector",
});

/** Zero-shot risk there: what the fixed M cannot express is the price. */
export const VALUE_ONLY_ZERO_SHOT_RISK = defineFormula({
  title: "Zero-shot risk after value-only fine-tuning",
  source: SOURCE,
  yields: "scalar",
  symbol: "R(0, \\theta_0)",
  where: NORMAL_EQUATIONS,
  expression: "noiseVariance + normSquared(targetTask) - normalVector * inv(normalMatrix) * normalVector",
});

/** R(n, θ) for M = Γ, v = (0, v_x, w), any v_x and w. */
export const VALUE_ONLY_RISK = defineFormula({
  title: "In-context risk after value-only fine-tuning",
  source: `${SOURCE} Any symmetric Γ, any v_x and w.`,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  where: [
    ...TRACES,
    ["mixedTask", "valueVector + labelWeight * task"],
    ["bias", "contextShare * gamma * covariance * mixedTask - task"],
    NORMAL_MATRIX,
  ],
  expression:
    "noiseVariance + normSquared(bias) + 2 * queryShare * bias * (firstTrace * covariance + 2 * covariance * gamma * covariance) * valueVector" +
    " + queryShare^2 * valueVector * normalMatrix * valueVector" +
    " + contextShare * queryShare * (secondTrace * (normSquared(mixedTask) + labelWeight^2 * noiseVariance) + normSquared(gamma * covariance * mixedTask))",
});

/** v_x for Γ = Σ⁻¹: the target shrunk by d + 4. */
export const VALUE_ONLY_OPTIMUM_INVERSE = defineFormula({
  title: "Value-only optimum for the inverse covariance",
  source: `${SOURCE} Γ = Σ⁻¹.`,
  yields: "vector",
  symbol: "v_x",
  expression: "targetTask / (dimension + 4)",
});

/** The zero-shot risk there, for Γ = Σ⁻¹: the price of leaving M alone is 2‖θ₀‖²/(d + 4). */
export const VALUE_ONLY_ZERO_SHOT_RISK_INVERSE = defineFormula({
  title: "Zero-shot risk after value-only fine-tuning, for the inverse covariance",
  source: `${SOURCE} Γ = Σ⁻¹.`,
  yields: "scalar",
  symbol: "R(0, \\theta_0)",
  expression: "noiseVariance + 2 * normSquared(targetTask) / (dimension + 4)",
});

/** R(n, θ) for Γ = Σ⁻¹, any v_x and w. */
export const VALUE_ONLY_RISK_INVERSE = defineFormula({
  title: "In-context risk after value-only fine-tuning, for the inverse covariance",
  source: `${SOURCE} Γ = Σ⁻¹, any v_x and w.`,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  where: [["mixedTask", "valueVector + labelWeight * task"]],
  expression:
    "noiseVariance + normSquared(task) + contextShare^2 * normSquared(mixedTask) + 2 * contextShare * queryShare * (dimension + 2) * inner(mixedTask, valueVector)" +
    " + queryShare^2 * (dimension + 2) * (dimension + 4) * normSquared(valueVector)" +
    " - 2 * (contextShare * inner(mixedTask, task) + queryShare * (dimension + 2) * inner(valueVector, task))" +
    " + contextShare * queryShare * (dimension * (normSquared(mixedTask) + labelWeight^2 * noiseVariance) + normSquared(mixedTask))",
});

/** What infinitely many examples leave, for any symmetric Γ, v_x and w. */
export const VALUE_ONLY_RISK_LIMIT = defineFormula({
  title: "In-context risk after value-only fine-tuning, for many examples",
  source: `${SOURCE} n → ∞; any symmetric Γ, any v_x and w.`,
  yields: "scalar",
  symbol: "R(\\infty, \\theta)",
  where: [["mixedTask", "valueVector + labelWeight * task"]],
  expression: "noiseVariance + normSquared(gamma * covariance * mixedTask - task)",
});

/** The same for Γ = Σ⁻¹ after zero-shot fine-tuning: one small number for every task. */
export const VALUE_ONLY_RISK_LIMIT_INVERSE = defineFormula({
  title: "In-context learning is preserved",
  source: `${SOURCE} Γ = Σ⁻¹, v_x = θ₀/(d+4), w = 1, n → ∞.`,
  yields: "scalar",
  symbol: "R(\\infty, \\theta)",
  expression: "noiseVariance + normSquared(targetTask) / (dimension + 4)^2",
});

/** v_x of the value-only optimum for a pretrained block Γ; length d. @throws InputError when a length is not d or a number not finite. */
export function valueOnlyOptimum<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  gamma: Matrix<T>,
  targetTask: Vector<T>,
): Vector<T> {
  requireProblem(problem);
  const { covariance } = problem;
  return evaluate(VALUE_ONLY_OPTIMUM, field, { covariance, gamma, targetTask });
}

/**
 * M = Γ as pretrained and v = (0, v_x, 1): the zero-shot loss moves v_x alone.
 * @throws InputError when v_x is not of length d or a number not finite.
 */
export function valueOnlyParameters<T>(
  field: NumberField<T>,
  gamma: Matrix<T>,
  valueVector: Vector<T>,
): AttentionParameters<T> {
  return blockParameters(field, { block: gamma, valueVector });
}

/**
 * R(n, θ) for M = Γ and v = (0, v_x, w), in squared label units; w = 1 after zero-shot fine-tuning.
 * @throws InputError when a length is not d, a number not finite, or n no shot count.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const gamma = pretrainedBlock(FLOAT, problem, pretraining);
 * const valueVector = valueOnlyOptimum(FLOAT, problem, gamma, [1, 0]);
 * const after = { valueVector, labelWeight: 1 };
 * console.log(valueOnlyRisk(FLOAT, problem, gamma, after, [0, 1], "infinity").toFixed(4)); // 0.1368
 */
export function valueOnlyRisk<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  gamma: Matrix<T>,
  value: { readonly valueVector: Vector<T>; readonly labelWeight: T },
  task: Vector<T>,
  shots: ShotCount,
): T {
  requireProblem(problem);
  const { covariance, noiseVariance } = problem;
  return evaluate(VALUE_ONLY_RISK, field, {
    covariance,
    noiseVariance,
    gamma,
    task,
    ...value,
    ...tokenShares(field, shots),
  });
}
