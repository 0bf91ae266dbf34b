import type { Matrix } from "../algebra/matrix";
import { product } from "./kernels";

/**
 * Products with one symmetric d × d matrix S, many times: where it is diagonal they cost O(d) for a vector and O(d²) for a
 * matrix, else O(d²) and O(d³). Other matrices are d × d, flat and row-major; `out` is never one of the factors.
 */
export class SymmetricMatrix {
  readonly dimension: number;
  /** The diagonal, where there is nothing else. */
  readonly diagonal: Float64Array | undefined;
  private readonly entries: Float64Array;

  constructor(matrix: Matrix) {
    const d = matrix.length;
    this.dimension = d;
    const isDiagonal = matrix.every((row, i) => row.every((x, j) => i === j || x === 0));
    this.diagonal = isDiagonal ? Float64Array.from(matrix, (row, i) => row[i]!) : undefined;
    this.entries = new Float64Array(isDiagonal ? 0 : d * d);
    if (!isDiagonal) this.entries.set(matrix.flat());
  }

  /** out ← S x. */
  timesVector(x: Float64Array, out: Float64Array): void {
    const { dimension: d, diagonal, entries } = this;
    if (diagonal !== undefined) {
      for (let i = 0; i < d; i += 1) out[i] = diagonal[i]! * x[i]!;
      return;
    }
    for (let i = 0, row = 0; i < d; i += 1, row += d) {
      let sum = 0;
      for (let j = 0; j < d; j += 1) sum += entries[row + j]! * x[j]!;
      out[i] = sum;
    }
  }

  /** out ← S X. */
  timesMatrix(X: Float64Array, out: Float64Array): void {
    const { dimension: d, diagonal, entries } = this;
    if (diagonal === undefined) product(entries, X, out, d);
    else
      for (let i = 0, at = 0; i < d; i += 1) {
        const scale = diagonal[i]!;
        for (let j = 0; j < d; j += 1, at += 1) out[at] = scale * X[at]!;
      }
  }

  /** half ← X S and out ← S X S. */
  sandwich(X: Float64Array, half: Float64Array, out: Float64Array): void {
    const { dimension: d, diagonal, entries } = this;
    if (diagonal === undefined) {
      product(X, entries, half, d);
      product(entries, half, out, d);
      return;
    }
    for (let i = 0, at = 0; i < d; i += 1) {
      const scale = diagonal[i]!;
      for (let j = 0; j < d; j += 1, at += 1) {
        const x = diagonal[j]! * X[at]!;
        half[at] = x;
        out[at] = scale * x;
      }
    }
  }

  /** tr(S X). */
  traceTimes(X: Float64Array): number {
    const { dimension: d, diagonal, entries } = this;
    let sum = 0;
    if (diagonal !== undefined) for (let i = 0; i < d; i += 1) sum += diagonal[i]! * X[i * d + i]!;
    else for (let at = 0; at < d * d; at += 1) sum += entries[at]! * X[at]!;
    return sum;
  }

  /** out ← out + scale · S. */
  addTo(out: Float64Array, scale: number): void {
    const { dimension: d, diagonal, entries } = this;
    if (diagonal !== undefined) for (let i = 0; i < d; i += 1) out[i * d + i]! += scale * diagonal[i]!;
    else for (let at = 0; at < d * d; at += 1) out[at]! += scale * entries[at]!;
  }
}
