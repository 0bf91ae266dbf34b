import { factorLdl } from "../algebra/definiteness";
import { defineFormula, evaluate } from "../algebra/formula";
import { entry, type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import {
  type Pretraining,
  type RegressionProblem,
  requirePretraining,
  requireProblem,
} from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { blockParameters } from "./blockParameters";

const SOURCE =
  "Linear attention pretrained on Gaussian linear regression (Lee, Sohn, Lee, arXiv 2602.23197); re-derived.";

/** κ: the ridge that m shots leave, the label variance per token. */
export const PRETRAINED_RIDGE = defineFormula({
  title: "Ridge of pretraining",
  source: `${SOURCE} Here 1/N belongs to the pretraining prompts, N = m + 1.`,
  yields: "scalar",
  symbol: "\\kappa",
  expression: "queryShare * (trace(covariance * taskCovariance) + noiseVariance)",
});

/** Γ*, for κ > 0 and any Λ. */
export const PRETRAINED_BLOCK = defineFormula({
  title: "Pretraining optimum",
  source: SOURCE,
  yields: "matrix",
  symbol: "\\Gamma_*",
  where: [["kappa", PRETRAINED_RIDGE.expression]],
  expression: "taskCovariance * inv(covariance * taskCovariance + kappa * identity)",
});

/** The risk of (v = (0, 0, 1), M = Γ in the covariate block) for any symmetric Γ. */
export const PRETRAINED_RISK = defineFormula({
  title: "In-context risk after pretraining",
  source: `${SOURCE} Holds for every symmetric Γ.`,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  expression:
    "noiseVariance + normSquared(contextShare * gamma * covariance * task - task) + contextShare * queryShare * (trace(covariance * gamma * covariance * gamma) * (normSquared(task) + noiseVariance) + normSquared(gamma * covariance * task))",
});

/** The same for Γ = Σ⁻¹. */
export const PRETRAINED_RISK_INVERSE = defineFormula({
  title: "In-context risk after pretraining on infinitely many shots",
  source: `${SOURCE} Γ = Σ⁻¹.`,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  expression:
    "noiseVariance + queryShare^2 * normSquared(task) + contextShare * queryShare * ((dimension + 1) * normSquared(task) + dimension * noiseVariance)",
});

/** What infinitely many examples leave, for any symmetric Γ; nothing but the noise for Γ = Σ⁻¹. */
export const PRETRAINED_RISK_LIMIT = defineFormula({
  title: "In-context risk after pretraining, for many examples",
  source: `${SOURCE} n → ∞.`,
  yields: "scalar",
  symbol: "R(\\infty, \\theta)",
  expression: "noiseVariance + normSquared(gamma * covariance * task - task)",
});

/**
 * Γ* for any task covariance Λ (semidefinite, not zero) and m ≥ 1 shots, "infinity" included: d × d, symmetric.
 *
 * For κ = 0 (no noise left and m → ∞, or a degenerate Λ there) the formula's inverse need not exist; the limit κ → 0 is
 * F (FᵀΣF)⁻¹ Fᵀ with the columns of F a basis of the range of Λ, which is Σ⁻¹ when Λ has full rank.
 * @throws InputError when a matrix is not d × d, a number not finite, or m no shot count from 1 up.
 */
export function pretrainedBlock<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  pretraining: Pretraining<T>,
): Matrix<T> {
  requireProblem(problem);
  requirePretraining(pretraining, problem.dimension);
  const { covariance, noiseVariance, dimension } = problem;
  const { taskCovariance, shots } = pretraining;
  const { queryShare } = tokenShares(field, shots);
  if (field.sign(queryShare) === 0) return limitBlock(field, covariance, taskCovariance);
  return evaluate(PRETRAINED_BLOCK, field, {
    covariance,
    taskCovariance,
    noiseVariance,
    queryShare,
    identity: matrixFrom(dimension, dimension, (i, j) => (i === j ? field.one : field.zero)),
  });
}

/**
 * v = (0, 0, 1) and Γ* in M: the best of all parameters, up to rescaling v by a factor and M by its inverse.
 * @throws InputError as {@link pretrainedBlock}.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const { value, keyQuery } = pretrainedParameters(FLOAT, problem, pretraining);
 * console.log(value, keyQuery[1]![1]!.toFixed(4)); // [ 0, 0, 0, 1 ] 0.9052
 */
export function pretrainedParameters<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  pretraining: Pretraining<T>,
): AttentionParameters<T> {
  return blockParameters(field, { block: pretrainedBlock(field, problem, pretraining) });
}

/**
 * R(n, θ) after pretraining, for any symmetric block Γ, in squared label units.
 * @throws InputError when a length is not d, a number not finite, or n no shot count.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const gamma = pretrainedBlock(FLOAT, problem, pretraining);
 * console.log([0, 20].map((shots) => pretrainedRisk(FLOAT, problem, gamma, [1, 0], shots).toFixed(4))); // [ '1.1000', '0.2379' ]
 */
export function pretrainedRisk<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  gamma: Matrix<T>,
  task: Vector<T>,
  shots: ShotCount,
): T {
  requireProblem(problem);
  const { covariance, noiseVariance } = problem;
  return evaluate(PRETRAINED_RISK, field, {
    covariance,
    noiseVariance,
    gamma,
    task,
    ...tokenShares(field, shots),
  });
}

const LIMIT_BLOCK = "basis * inv(transpose(basis) * covariance * basis) * transpose(basis)";

function limitBlock<T>(field: NumberField<T>, covariance: Matrix<T>, taskCovariance: Matrix<T>): Matrix<T> {
  const factors = factorLdl(field, taskCovariance);
  if (factors === undefined) throw new RangeError("the task covariance is not positive semidefinite");
  const columns = factors.pivots.flatMap((pivot, j) => (field.sign(pivot) > 0 ? [j] : []));
  const d = covariance.length;
  const basis = matrixFrom(d, columns.length, (i, j) => entry(factors.lower, i, columns[j]!));
  const { math } = field;
  const scope = { basis: math.matrix(basis), covariance: math.matrix(covariance) };
  return (math.evaluate(LIMIT_BLOCK, scope) as { toArray(): T[][] }).toArray();
}
