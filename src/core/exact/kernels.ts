/** Loops on flat row-major arrays: nothing is allocated, so they can run inside training loops. */

/** xᵀy over the first `d` entries. */
export function dot(x: Float64Array, y: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i += 1) sum += x[i]! * y[i]!;
  return sum;
}

/** out ← out + scale · x. */
export function addScaled(out: Float64Array, scale: number, x: Float64Array, d: number): void {
  for (let i = 0; i < d; i += 1) out[i]! += scale * x[i]!;
}

/** out ← X x for a d × d matrix. */
export function matrixTimes(X: Float64Array, x: Float64Array, out: Float64Array, d: number): void {
  for (let i = 0, row = 0; i < d; i += 1, row += d) {
    let sum = 0;
    for (let j = 0; j < d; j += 1) sum += X[row + j]! * x[j]!;
    out[i] = sum;
  }
}

/** out ← Xᵀx for a d × d matrix. Row by row, so that every inner loop runs along memory. */
export function transposedTimes(X: Float64Array, x: Float64Array, out: Float64Array, d: number): void {
  out.fill(0, 0, d);
  for (let i = 0, row = 0; i < d; i += 1, row += d) {
    const factor = x[i]!;
    for (let j = 0; j < d; j += 1) out[j]! += factor * X[row + j]!;
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

/** Tiles of this many rows and columns stay in the fastest cache, read across or down. */
const TILE = 16;

/** out ← X + Xᵀ for a d × d matrix. */
export function addTranspose(X: Float64Array, out: Float64Array, d: number): void {
  for (let top = 0; top < d; top += TILE) {
    const bottom = Math.min(d, top + TILE);
    for (let left = 0; left <= top; left += TILE) {
      for (let i = top; i < bottom; i += 1) {
        const right = Math.min(i + 1, left + TILE);
        for (let j = left; j < right; j += 1) {
          const sum = X[i * d + j]! + X[j * d + i]!;
          out[i * d + j] = sum;
          out[j * d + i] = sum;
        }
      }
    }
  }
}
