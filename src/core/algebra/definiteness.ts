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

  // A row of L begins where that of A does: what stands before is zero, and costs nothing.
  const begins = matrix.map((row, i) => {
    const at = row.findIndex((value) => field.sign(value) !== 0);
    return at < 0 ? i : at;
  });
  // The same sums of the same products, for floats in the machine's own arithmetic: a field of functions takes ten times as long.
  const reducedIn = (i: number, j: number): T =>
    field.name === "float"
      ? (reducedFloat(matrix, lower, pivots, begins, i, j) as T)
      : reducedGeneric(field, matrix, lower, pivots, begins, i, j);

  for (let j = 0; j < d; j += 1) {
    const reduced = (i: number): T => reducedIn(i, j);
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

/** A_ij − Σ_{k<j} L_ik D_k L_jk. */
function reducedGeneric<T>(
  field: OrderedField<T>,
  matrix: Matrix<T>,
  lower: Matrix<T>,
  pivots: readonly T[],
  begins: readonly number[],
  i: number,
  j: number,
): T {
  let sum = entry(matrix, i, j);
  for (let k = Math.max(begins[i]!, begins[j]!); k < j; k += 1) {
    const product = field.multiply(field.multiply(lower[i]![k]!, pivots[k]!), lower[j]![k]!);
    sum = field.subtract(sum, product);
  }
  return sum;
}

function reducedFloat(
  matrix: Matrix<unknown>,
  lower: Matrix<unknown>,
  pivots: readonly unknown[],
  begins: readonly number[],
  i: number,
  j: number,
): number {
  const [first, second, scales] = [lower[i], lower[j], pivots] as readonly (readonly number[])[];
  let sum = entry(matrix, i, j) as number;
  for (let k = Math.max(begins[i]!, begins[j]!); k < j; k += 1) sum -= first![k]! * scales![k]! * second![k]!;
  return sum;
}
