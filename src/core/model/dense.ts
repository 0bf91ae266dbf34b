import type { Matrix, Vector } from "../algebra/matrix";

/** aᵀb. */
export function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** A x. */
export function apply(matrix: Matrix, x: Vector): Vector {
  return matrix.map((row) => dot(row, x));
}

/** aᵀ A b. */
export function bilinear(a: Vector, matrix: Matrix, b: Vector): number {
  return dot(a, apply(matrix, b));
}

/** Aᵀ B for A: r × p and B: r × q; the result is p × q. */
export function transposeTimes(a: Matrix, b: Matrix): Matrix {
  return a[0]!.map((_, i) => b[0]!.map((_, j) => a.reduce((sum, row, k) => sum + row[i]! * b[k]![j]!, 0)));
}
