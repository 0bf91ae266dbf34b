/** Loops on flat row-major arrays: nothing is allocated, so they can run inside training loops. */

/** xᵀy over the first `d` entries, in four sums: one would wait for each addition before the next. */
export function dot(x: Float64Array, y: Float64Array, d: number): number {
  const fours = d - (d % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < fours; i += 4) {
    s0 += x[i]! * y[i]!;
    s1 += x[i + 1]! * y[i + 1]!;
    s2 += x[i + 2]! * y[i + 2]!;
    s3 += x[i + 3]! * y[i + 3]!;
  }
  for (let i = fours; i < d; i += 1) s0 += x[i]! * y[i]!;
  return s0 + s1 + (s2 + s3);
}

/** out ← out + scale · x. */
export function addScaled(out: Float64Array, scale: number, x: Float64Array, d: number): void {
  for (let i = 0; i < d; i += 1) out[i]! += scale * x[i]!;
}

/** out ← X x for a d × d matrix, four rows at a time. */
export function matrixTimes(X: Float64Array, x: Float64Array, out: Float64Array, d: number): void {
  const fours = d - (d % 4);
  for (let i = 0, row = 0; i < fours; i += 4, row += 4 * d) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < d; j += 1) {
      const factor = x[j]!;
      s0 += X[row + j]! * factor;
      s1 += X[row + d + j]! * factor;
      s2 += X[row + 2 * d + j]! * factor;
      s3 += X[row + 3 * d + j]! * factor;
    }
    out[i] = s0;
    out[i + 1] = s1;
    out[i + 2] = s2;
    out[i + 3] = s3;
  }
  for (let i = fours; i < d; i += 1) {
    let sum = 0;
    for (let j = 0; j < d; j += 1) sum += X[i * d + j]! * x[j]!;
    out[i] = sum;
  }
}

/** out ← Xᵀx for a d × d matrix, four rows at a time: every inner loop runs along memory. */
export function transposedTimes(X: Float64Array, x: Float64Array, out: Float64Array, d: number): void {
  out.fill(0, 0, d);
  const fours = d - (d % 4);
  for (let i = 0, row = 0; i < fours; i += 4, row += 4 * d) {
    const x0 = x[i]!;
    const x1 = x[i + 1]!;
    const x2 = x[i + 2]!;
    const x3 = x[i + 3]!;
    for (let j = 0; j < d; j += 1) {
      out[j]! +=
        x0 * X[row + j]! + x1 * X[row + d + j]! + (x2 * X[row + 2 * d + j]! + x3 * X[row + 3 * d + j]!);
    }
  }
  for (let i = fours; i < d; i += 1) {
    const factor = x[i]!;
    for (let j = 0; j < d; j += 1) out[j]! += factor * X[i * d + j]!;
  }
}

/** across ← X x and down ← Xᵀx, in one pass over the d × d matrix. */
export function timesBoth(
  X: Float64Array,
  x: Float64Array,
  across: Float64Array,
  down: Float64Array,
  d: number,
): void {
  down.fill(0, 0, d);
  const fours = d - (d % 4);
  for (let i = 0, row = 0; i < fours; i += 4, row += 4 * d) {
    const x0 = x[i]!;
    const x1 = x[i + 1]!;
    const x2 = x[i + 2]!;
    const x3 = x[i + 3]!;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < d; j += 1) {
      const factor = x[j]!;
      const e0 = X[row + j]!;
      const e1 = X[row + d + j]!;
      const e2 = X[row + 2 * d + j]!;
      const e3 = X[row + 3 * d + j]!;
      s0 += e0 * factor;
      s1 += e1 * factor;
      s2 += e2 * factor;
      s3 += e3 * factor;
      down[j]! += x0 * e0 + x1 * e1 + (x2 * e2 + x3 * e3);
    }
    across[i] = s0;
    across[i + 1] = s1;
    across[i + 2] = s2;
    across[i + 3] = s3;
  }
  for (let i = fours; i < d; i += 1) {
    const factor = x[i]!;
    let sum = 0;
    for (let j = 0; j < d; j += 1) {
      const entry = X[i * d + j]!;
      sum += entry * x[j]!;
      down[j]! += factor * entry;
    }
    across[i] = sum;
  }
}

/** out ← X Y for d × d matrices. */
export function product(X: Float64Array, Y: Float64Array, out: Float64Array, d: number): void {
  out.fill(0);
  addStridedProduct(X, d, 1, Y, d, 1, out, d);
}

/**
 * out ← out + X Y for d × d matrices, X_ik at iα + kβ and Y_kj at kγ + jδ, so that a transpose is read where it is. Two rows by
 * four columns at a time, whose eight sums stay in registers: four times as fast as row by row, which loads and stores a sum
 * for every product. Every sum runs over k in order: the bits are those of the plain triple loop.
 */
export function addStridedProduct(
  X: Float64Array,
  alpha: number,
  beta: number,
  Y: Float64Array,
  gamma: number,
  delta: number,
  out: Float64Array,
  d: number,
): void {
  const rows = d - (d % 2);
  const columns = d - (d % 4);
  for (let i = 0; i < rows; i += 2) {
    for (let j = 0; j < columns; j += 4) {
      let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
      let x = i * alpha;
      let y = j * delta;
      for (let k = 0; k < d; k += 1, x += beta, y += gamma) {
        const a = X[x]!;
        const b = X[x + alpha]!;
        const y0 = Y[y]!;
        const y1 = Y[y + delta]!;
        const y2 = Y[y + 2 * delta]!;
        const y3 = Y[y + 3 * delta]!;
        a0 += a * y0;
        a1 += a * y1;
        a2 += a * y2;
        a3 += a * y3;
        b0 += b * y0;
        b1 += b * y1;
        b2 += b * y2;
        b3 += b * y3;
      }
      const first = i * d + j;
      const second = first + d;
      out[first]! += a0;
      out[first + 1]! += a1;
      out[first + 2]! += a2;
      out[first + 3]! += a3;
      out[second]! += b0;
      out[second + 1]! += b1;
      out[second + 2]! += b2;
      out[second + 3]! += b3;
    }
  }
  // The last columns and the last row.
  for (let i = 0; i < d; i += 1) {
    for (let j = i < rows ? columns : 0; j < d; j += 1) {
      let sum = 0;
      for (let k = 0; k < d; k += 1) sum += X[i * alpha + k * beta]! * Y[k * gamma + j * delta]!;
      out[i * d + j]! += sum;
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
