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

/**
 * Aᵀ B for A: r × p and B: r × q; the result is p × q. Goes along rows, which lie together in memory; every sum runs over the rows of A and B
 * in order.
 */
export function transposeTimes(a: Matrix, b: Matrix): Matrix {
  const columns = b[0]!.length;
  const sums = a[0]!.map(() => new Float64Array(columns));
  for (const [k, row] of a.entries()) {
    const other = Float64Array.from(b[k]!);
    for (const [i, factor] of row.entries()) {
      const out = sums[i]!;
      for (let j = 0; j < columns; j += 1) out[j]! += factor * other[j]!;
    }
  }
  return sums.map((row) => Array.from(row));
}
