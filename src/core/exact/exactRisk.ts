import { compute, defineFormula } from "../algebra/formula";
import { matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, tokenLength } from "../model/tokens";
import { requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { queryMoment, tokenCovariance } from "./moments";

/**
 * The risk R(n, θ) = E (f − y)² of any parameters. Given the query, the mean prediction is a cubic polynomial of a
 * Gaussian vector, split into its even part (mean μ, quadratic form) and odd part βᵀx + (xᵀAx)(γᵀx); Wick's theorem gives
 * the second moments. The labelled tokens add n/N² times the variance of one token's contribution.
 */
export const EXACT_RISK = defineFormula({
  title: "Exact risk of any parameters",
  source:
    "Gaussian moments of the prediction of one linear attention layer (Isserlis 1918); no approximation.",
  yields: "scalar",
  symbol: "R(n, \\theta)",
  where: [
    ["valueConstant", "constantSlot * valueRow"],
    ["valueVector", "covariateSlots * valueRow"],
    ["scoreConstant", "constantSlot * keyQuery * constantSlot"],
    ["scoreVector", "covariateSlots * (keyQuery + transpose(keyQuery)) * constantSlot"],
    ["scoreMatrix", "covariateSlots * (keyQuery + transpose(keyQuery)) * transpose(covariateSlots) / 2"],
    ["scoreTrace", "trace(scoreMatrix * covariance)"],
    ["scoreSquareTrace", "trace(scoreMatrix * covariance * scoreMatrix * covariance)"],
    ["contextMean", "transpose(keyQuery) * (valueConstant * constantSlot + tokenCovariance * valueRow)"],
    [
      "evenMean",
      "contextShare * constantSlot * contextMean + queryShare * (valueConstant * (scoreConstant + scoreTrace) + inner(scoreVector, valueVector))",
    ],
    [
      "oddVector",
      "contextShare * covariateSlots * contextMean + queryShare * (scoreConstant * valueVector + valueConstant * scoreVector) - task",
    ],
    ["cubicVector", "queryShare * valueVector"],
    [
      "squaredMean",
      "evenMean^2 + queryShare^2 * (2 * valueConstant^2 * scoreSquareTrace + 4 * valueConstant * inner(scoreVector, scoreMatrix * covariance * valueVector) + inner(scoreVector, valueVector)^2 + normSquared(scoreVector) * normSquared(valueVector))" +
        " + normSquared(oddVector) + 2 * scoreTrace * inner(oddVector, cubicVector) + 4 * inner(oddVector, scoreMatrix * covariance * cubicVector)" +
        " + (scoreTrace^2 + 2 * scoreSquareTrace) * normSquared(cubicVector) + 4 * scoreTrace * inner(cubicVector, scoreMatrix * covariance * cubicVector) + 8 * normSquared(scoreMatrix * covariance * cubicVector)",
    ],
    ["readerMoment", "keyQuery * queryMoment * transpose(keyQuery)"],
    ["readerSpread", "trace(tokenCovariance * readerMoment)"],
    ["valueSpread", "valueRow * tokenCovariance * valueRow"],
    [
      "tokenVariance",
      "(constantSlot * readerMoment * constantSlot + readerSpread) * valueSpread + 2 * valueConstant * constantSlot * readerMoment * tokenCovariance * valueRow + valueConstant^2 * readerSpread + valueRow * tokenCovariance * readerMoment * tokenCovariance * valueRow",
    ],
  ],
  expression: "noiseVariance + squaredMean + contextShare * queryShare * tokenVariance",
});

/**
 * Exact risk in squared label units, over floats or exact rationals; `task` has length d. This is the version to read;
 * {@link FastRisk} computes the same number much faster.
 * @throws InputError when a length does not fit the dimension, a number is not finite, or `shots` is no shot count.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const parameters = pretrainedParameters(FLOAT, problem, pretraining);
 * console.log(exactRisk(FLOAT, problem, [1, 0], 20, parameters).toFixed(6)); // 0.237931
 */
export function exactRisk<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  task: Vector<T>,
  shots: ShotCount,
  parameters: AttentionParameters<T>,
): T {
  const { dimension, covariance, noiseVariance } = problem;
  const size = tokenLength(dimension);
  requireProblem(problem);
  requireVector(task, "task", dimension);
  requireParameters(parameters, dimension);
  const unit = (slot: number): Vector<T> =>
    Array.from({ length: size }, (_, i) => (i === slot ? field.one : field.zero));
  return compute(EXACT_RISK, field, {
    covariance,
    noiseVariance,
    task,
    ...tokenShares(field, shots),
    valueRow: parameters.value,
    keyQuery: parameters.keyQuery,
    tokenCovariance: tokenCovariance(field, problem, task),
    queryMoment: queryMoment(field, problem),
    constantSlot: unit(CONSTANT_SLOT),
    covariateSlots: matrixFrom(dimension, size, (i, j) =>
      j === i + FIRST_COVARIATE_SLOT ? field.one : field.zero,
    ),
  });
}
