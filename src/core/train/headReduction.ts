import { merge } from "../exact/exactLoss";
import { addStridedProduct } from "../exact/kernels";
import { type ParameterLayout, type TrainableSet, trains } from "../model/parameterLayout";

/**
 * A loss of one layer as a function of all its parameters, laid out as `layout` says, from the same loss as a function of
 * what it depends on: v and M of each head, in one array v₁, M₁, v₂, M₂, … Of V only the last row is seen; where K and Q are
 * apart, ∂R/∂K = Q (∂R/∂M)ᵀ and ∂R/∂Q = K ∂R/∂M because M = KᵀQ. The slopes in what is not trained are zero, and cost nothing.
 */
export function ofAllParameters<Rest extends readonly unknown[]>(
  layout: ParameterLayout,
  reduced: (point: Float64Array, gradient: Float64Array, ...rest: Rest) => number,
  trainable: TrainableSet = "all",
): (point: Float64Array, gradient: Float64Array, ...rest: Rest) => number {
  const { shape, size } = layout;
  const square = size * size;
  const perHead = size + square;
  const reducedPoint = new Float64Array(shape.heads * perHead);
  const reducedSlope = new Float64Array(shape.heads * perHead);
  const offsets = layout.blocks.filter(({ name }) => name === "value").map(({ offset }) => offset);
  const merged = shape.keyQuery === "merged";
  const moves = {
    value: trains(trainable, "value"),
    keyQuery: trains(trainable, "keyQuery"),
    key: trains(trainable, "key"),
    query: trains(trainable, "query"),
  };
  // K and Q that stay as they are need not be multiplied again.
  const resting =
    !merged && !moves.key && !moves.query ? new Float64Array(offsets.length * 2 * square) : undefined;
  resting?.fill(Number.NaN);

  const readKeyQuery = (point: Float64Array, target: Float64Array, head: number): void => {
    const key = offsets[head]! + square;
    if (merged) {
      target.set(point.subarray(key, key + square));
      return;
    }
    const factors = point.subarray(key, key + 2 * square);
    const known = resting?.subarray(head * 2 * square, (head + 1) * 2 * square);
    if (known !== undefined && sameNumbers(known, factors)) return;
    known?.set(factors);
    merge(target, factors.subarray(0, square), factors.subarray(square), size, size);
  };

  return (point, gradient, ...rest) => {
    offsets.forEach((offset, head) => {
      const start = head * perHead;
      reducedPoint.set(point.subarray(offset + square - size, offset + square), start);
      readKeyQuery(point, reducedPoint.subarray(start + size, start + perHead), head);
    });
    const loss = reduced(reducedPoint, reducedSlope, ...rest);
    gradient.fill(0);
    offsets.forEach((offset, head) => {
      const start = head * perHead;
      const [key, query] = [offset + square, offset + 2 * square];
      if (moves.value) gradient.set(reducedSlope.subarray(start, start + size), key - size);
      const slope = reducedSlope.subarray(start + size, start + perHead);
      if (merged) {
        if (moves.keyQuery) gradient.set(slope, key);
        return;
      }
      addFactorSlopes(gradient, slope, point, key, query, size, moves);
    });
    return loss;
  };
}

/** Adds ∂R/∂K = Q (∂R/∂M)ᵀ at `key` and ∂R/∂Q = K ∂R/∂M at `query`, or one of them, for the D × D slope in M. */
export function addFactorSlopes(
  gradient: Float64Array,
  slope: Float64Array,
  point: Float64Array,
  key: number,
  query: number,
  size: number,
  moves: { readonly key: boolean; readonly query: boolean } = { key: true, query: true },
): void {
  const square = size * size;
  const part = (of: Float64Array, at: number): Float64Array => of.subarray(at, at + square);
  if (moves.key) addStridedProduct(part(point, query), size, 1, slope, 1, size, part(gradient, key), size);
  if (moves.query) addStridedProduct(part(point, key), size, 1, slope, size, 1, part(gradient, query), size);
}

function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
