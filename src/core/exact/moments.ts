import { entry, type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";
import type { RegressionProblem } from "../problem/regressionProblem";

/** Σθ. */
function covarianceTimes<T>(field: NumberField<T>, covariance: Matrix<T>, task: Vector<T>): Vector<T> {
  return covariance.map((row) =>
    row.reduce((sum, value, j) => field.add(sum, field.multiply(value, task[j]!)), field.zero),
  );
}

/**
 * C, the covariance of a labelled token z = (1, x, θᵀx + ε): D × D with blocks Σ, Σθ and ‖θ‖² + σ², and zeros for the
 * constant.
 */
export function tokenCovariance<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  task: Vector<T>,
): Matrix<T> {
  const { dimension, covariance, noiseVariance } = problem;
  const size = tokenLength(dimension);
  const label = labelSlot(dimension);
  const correlation = covarianceTimes(field, covariance, task);
  const signal = correlation.reduce(
    (sum, value, i) => field.add(sum, field.multiply(value, task[i]!)),
    field.zero,
  );
  return matrixFrom(size, size, (i, j) => {
    if (i === CONSTANT_SLOT || j === CONSTANT_SLOT) return field.zero;
    if (i === label && j === label) return field.add(signal, noiseVariance);
    if (i === label) return correlation[j - FIRST_COVARIATE_SLOT]!;
    if (j === label) return correlation[i - FIRST_COVARIATE_SLOT]!;
    return entry(covariance, i - FIRST_COVARIATE_SLOT, j - FIRST_COVARIATE_SLOT);
  });
}

/** S_q = E z_q z_qᵀ = diag(1, Σ, 0) of the query token (1, x, 0), D × D. */
export function queryMoment<T>(field: NumberField<T>, problem: RegressionProblem<T>): Matrix<T> {
  const size = tokenLength(problem.dimension);
  const label = labelSlot(problem.dimension);
  return matrixFrom(size, size, (i, j) => {
    if (i === CONSTANT_SLOT && j === CONSTANT_SLOT) return field.one;
    if (i === CONSTANT_SLOT || j === CONSTANT_SLOT || i === label || j === label) return field.zero;
    return entry(problem.covariance, i - FIRST_COVARIATE_SLOT, j - FIRST_COVARIATE_SLOT);
  });
}
