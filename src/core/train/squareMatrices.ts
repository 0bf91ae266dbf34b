/** Loops on D × D matrices in flat row-major arrays; nothing is allocated. `out` is never one of the factors. */
export { product } from "../exact/kernels";

/** out ← out + scale · z zᵀ, z the `size` numbers of `data` from `at` on. */
export function addOuter(
  out: Float64Array,
  data: Float64Array,
  at: number,
  scale: number,
  size: number,
): void {
  for (let i = 0, row = 0; i < size; i += 1, row += size) {
    const z = scale * data[at + i]!;
    if (z === 0) continue;
    for (let j = 0; j < size; j += 1) out[row + j]! += z * data[at + j]!;
  }
}

/** out ← out + scale · X Y. */
export function addProduct(
  X: Float64Array,
  Y: Float64Array,
  out: Float64Array,
  scale: number,
  size: number,
): void {
  for (let i = 0, row = 0; i < size; i += 1, row += size) {
    for (let k = 0, inner = 0; k < size; k += 1, inner += size) {
      const x = scale * X[row + k]!;
      for (let j = 0; j < size; j += 1) out[row + j]! += x * Y[inner + j]!;
    }
  }
}

/** out ← out + scale · X Yᵀ. */
export function addProductTransposed(
  X: Float64Array,
  Y: Float64Array,
  out: Float64Array,
  scale: number,
  size: number,
): void {
  for (let i = 0, row = 0; i < size; i += 1, row += size) {
    for (let j = 0, other = 0; j < size; j += 1, other += size) {
      let sum = 0;
      for (let k = 0; k < size; k += 1) sum += X[row + k]! * Y[other + k]!;
      out[row + j]! += scale * sum;
    }
  }
}

/** out ← out + scale · Xᵀ Y. */
export function addTransposedProduct(
  X: Float64Array,
  Y: Float64Array,
  out: Float64Array,
  scale: number,
  size: number,
): void {
  for (let k = 0, inner = 0; k < size; k += 1, inner += size) {
    for (let i = 0, row = 0; i < size; i += 1, row += size) {
      const x = scale * X[inner + i]!;
      for (let j = 0; j < size; j += 1) out[row + j]! += x * Y[inner + j]!;
    }
  }
}
