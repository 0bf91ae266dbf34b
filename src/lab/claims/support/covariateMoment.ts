import { type Matrix, matrixFrom, type NumberField, type Rational } from "@finetune-icl/core/algebra";
import { gaussianMoment } from "@finetune-icl/core/exact";

/** E x_i x_j … of Gaussian covariates, indices from 0. */
export const covariateMoment = (
  field: NumberField<Rational>,
  covariance: Matrix<Rational>,
  indices: readonly number[],
): Rational => {
  // Slot 0 stands for the constant there.
  const slots = matrixFrom(covariance.length + 1, covariance.length + 1, (i, j) =>
    i === 0 || j === 0 ? field.zero : covariance[i - 1]![j - 1]!,
  );
  return gaussianMoment(
    field,
    slots,
    indices.map((i) => i + 1),
  );
};
