import type { Differentiable } from "../algebra/differentiable";
import { mergeInto } from "../exact/exactLoss";
import type { ParameterLayout } from "../model/parameterLayout";

/**
 * A loss of one layer as a function of all its parameters, laid out as `layout` says, from the same loss as a function of
 * what it depends on: v and M of each head, in one array v₁, M₁, v₂, M₂, … Of V only the last row is seen; where K and Q are
 * apart, ∂R/∂K = Q (∂R/∂M)ᵀ and ∂R/∂Q = K ∂R/∂M because M = KᵀQ.
 */
export function ofAllParameters(layout: ParameterLayout, reduced: Differentiable): Differentiable {
  const { shape, size } = layout;
  const square = size * size;
  const perHead = size + square;
  const reducedPoint = new Float64Array(shape.heads * perHead);
  const reducedSlope = new Float64Array(shape.heads * perHead);
  const offsets = layout.blocks.filter(({ name }) => name === "value").map(({ offset }) => offset);
  const merged = shape.keyQuery === "merged";

  return (point, gradient) => {
    offsets.forEach((offset, head) => {
      const start = head * perHead;
      const [key, query] = [offset + square, offset + 2 * square];
      reducedPoint.set(point.subarray(key - size, key), start);
      const target = reducedPoint.subarray(start + size, start + perHead);
      if (merged) target.set(point.subarray(key, query));
      else mergeInto(target, point.subarray(key, query), point.subarray(query, query + square), size, size);
    });
    const loss = reduced(reducedPoint, reducedSlope);
    gradient.fill(0);
    offsets.forEach((offset, head) => {
      const start = head * perHead;
      const [key, query] = [offset + square, offset + 2 * square];
      gradient.set(reducedSlope.subarray(start, start + size), key - size);
      const slope = reducedSlope.subarray(start + size, start + perHead);
      if (merged) gradient.set(slope, key);
      else addFactorSlopes(gradient, slope, point, key, query, size);
    });
    return loss;
  };
}

/** Adds ∂R/∂K = Q (∂R/∂M)ᵀ at `key` and ∂R/∂Q = K ∂R/∂M at `query`, for the D × D slope in M. */
export function addFactorSlopes(
  gradient: Float64Array,
  slope: Float64Array,
  point: Float64Array,
  key: number,
  query: number,
  size: number,
): void {
  for (let r = 0; r < size; r += 1) {
    const row = r * size;
    for (let i = 0; i < size; i += 1) {
      const factor = point[key + row + i]!;
      let sum = 0;
      for (let j = 0; j < size; j += 1) {
        const s = slope[i * size + j]!;
        sum += point[query + row + j]! * s;
        gradient[query + row + j]! += factor * s;
      }
      gradient[key + row + i]! += sum;
    }
  }
}
