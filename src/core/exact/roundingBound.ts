import { compute } from "../algebra/formula";
import { type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, tokenLength } from "../model/tokens";
import { requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { EXACT_RISK } from "./exactRisk";
import { queryMoment, tokenCovariance } from "./moments";

/**
 * How far the risk in floats may be from the risk of the decimal numbers given: every term of {@link EXACT_RISK} in absolute
 * value, times the roundings on the longest way from an input to the result (Higham, Accuracy and Stability of Numerical
 * Algorithms, section 3.1). The same holds for a closed form of the same terms. Infinite where a term overflows. `inputError`
 * is a relative error that task and parameters have already.
 * @throws InputError when a length does not fit the dimension, a number is not finite, or `shots` is no shot count.
 */
export function roundingBound(
  problem: RegressionProblem,
  task: Vector,
  shots: ShotCount,
  parameters: AttentionParameters,
  inputError = 0,
): number {
  requireProblem(problem);
  requireVector(task, "task", problem.dimension);
  requireParameters(parameters, problem.dimension);
  const size = tokenLength(problem.dimension);
  // Products of up to eight matrices, a few sums, and the rounding of what was read.
  const roundings = 10 * (size + 2) + 20;
  // At most two θ and six of v, M and Σ stand in one product.
  const relative = roundings * UNIT + DEGREE * inputError;
  return (relative / Math.max(UNIT, 1 - relative)) * magnitude(problem, task, shots, parameters);
}

/** Half the distance from 1 to the next float. */
const UNIT = 2 ** -53;
const DEGREE = 8;

/** The sum of all terms of the risk in absolute value: |θ| enters with a minus where the formula subtracts the label. */
function magnitude(
  { dimension, covariance, noiseVariance }: RegressionProblem,
  task: Vector,
  shots: ShotCount,
  { value, keyQuery }: AttentionParameters,
): number {
  const size = tokenLength(dimension);
  const absolute: RegressionProblem = {
    dimension,
    covariance: absoluteMatrix(covariance),
    noiseVariance,
  };
  const unit = (slot: number): Vector => Array.from({ length: size }, (_, i) => (i === slot ? 1 : 0));
  return compute(EXACT_RISK, FLOAT, {
    covariance: absolute.covariance,
    noiseVariance,
    task: task.map((x) => -Math.abs(x)),
    ...tokenShares(FLOAT, shots),
    valueRow: value.map(Math.abs),
    keyQuery: absoluteMatrix(keyQuery),
    tokenCovariance: tokenCovariance(FLOAT, absolute, task.map(Math.abs)),
    queryMoment: queryMoment(FLOAT, absolute),
    constantSlot: unit(CONSTANT_SLOT),
    covariateSlots: matrixFrom(dimension, size, (i, j) => (j === i + FIRST_COVARIATE_SLOT ? 1 : 0)),
  });
}

const absoluteMatrix = (matrix: Matrix): Matrix => matrix.map((row) => row.map(Math.abs));
