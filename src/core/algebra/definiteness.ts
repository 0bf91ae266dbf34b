import { requireSquare } from "@finetune-icl/base";
import { entry, type Matrix, matrixFrom } from "./matrix";
import type { OrderedField } from "./orderedField";

/**
 * The factorisation A = L D Lᵀ of a symmetric matrix, L unit lower triangular and D diagonal, without pivoting and without
 * square roots, so that it is exact over the rationals (Golub and Van Loan, Matrix Computations, section 4.1).
 */
export interface LdlFactors<T> {
  /** d × d, ones on the diagonal. */
  readonly lower: Matrix<T>;
  /** d pivots; A is positive semidefinite exactly when it factors and all of them are ≥ 0. */
  readonly pivots: readonly T[];
}

/**
 * Factors a symmetric positive semidefinite matrix; returns undefined when it is indefinite. Over floats a pivot that is
 * smaller than d·ε times its diagonal entry is rounding and counts as zero.
 * @throws InputError naming `matrix` when it is not square or holds what is no finite number.
 */
export function factorLdl<T>(field: OrderedField<T>, matrix: Matrix<T>): LdlFactors<T> | undefined {
  const d = requireSquare(matrix, "matrix");
  const lower = matrixFrom(d, d, (i, j) => (i === j ? field.one : field.zero));
  const pivots: T[] = [];
  const isZero = (value: T, scale: T): boolean =>
    field.name !== "float"
      ? field.sign(value) === 0
      : Math.abs(field.toNumber(value)) <= d * 2 ** -50 * Math.abs(field.toNumber(scale));

  for (let j = 0; j < d; j += 1) {
    const reduced = (i: number): T => {
      let sum = entry(matrix, i, j);
      for (let k = 0; k < j; k += 1) {
        const product = field.multiply(field.multiply(lower[i]![k]!, pivots[k]!), lower[j]![k]!);
        sum = field.subtract(sum, product);
      }
      return sum;
    };
    const pivot = reduced(j);
    if (isZero(pivot, entry(matrix, j, j))) {
      pivots.push(field.zero);
      for (let i = j + 1; i < d; i += 1) {
        const scale = field.add(entry(matrix, i, i), entry(matrix, j, j));
        if (!isZero(reduced(i), scale)) return undefined;
        lower[i]![j] = field.zero;
      }
      continue;
    }
    if (field.sign(pivot) < 0) return undefined;
    pivots.push(pivot);
    for (let i = j + 1; i < d; i += 1) lower[i]![j] = field.divide(reduced(i), pivot);
  }
  return { lower, pivots };
}
