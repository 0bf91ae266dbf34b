/** Loops on flat row-major arrays: nothing is allocated, so they can run inside training loops. */

/** xᵀy over the first `d` entries. */
export function dot(x: Float64Array, y: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i += 1) sum += x[i]! * y[i]!;
  return sum;
}

/** out ← S x for a symmetric d × d matrix S. */
export function symmetricTimes(S: Float64Array, x: Float64Array, out: Float64Array, d: number): void {
  for (let i = 0, row = 0; i < d; i += 1, row += d) {
    let sum = 0;
    for (let j = 0; j < d; j += 1) sum += S[row + j]! * x[j]!;
    out[i] = sum;
  }
}

/** out ← X Y for d × d matrices. Row by row, so that every inner loop runs along memory. */
export function product(X: Float64Array, Y: Float64Array, out: Float64Array, d: number): void {
  out.fill(0);
  for (let i = 0, row = 0; i < d; i += 1, row += d) {
    for (let k = 0, inner = 0; k < d; k += 1, inner += d) {
      const x = X[row + k]!;
      for (let j = 0; j < d; j += 1) out[row + j]! += x * Y[inner + j]!;
    }
  }
}

/** out ← out + scale · x. */
export function addScaled(out: Float64Array, scale: number, x: Float64Array, d: number): void {
  for (let i = 0; i < d; i += 1) out[i]! += scale * x[i]!;
}
