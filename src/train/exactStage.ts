import type { Differentiable } from "../algebra/differentiable";
import { exactLoss, mergeInto } from "../exact/exactLoss";
import { featureLoss } from "../exact/featureLoss";
import { InputError } from "../inputError";
import type { ParameterLayout } from "../model/parameterLayout";
import type { RegressionProblem } from "../problem/regressionProblem";
import type { RiskTerm } from "../problem/riskTerm";

/**
 * The exact loss Σ weight · R(n, θ) of one layer as a function of all its parameters, laid out as `layout` says. Of V only
 * the last row is seen; where K and Q are apart, ∂R/∂K = Q (∂R/∂M)ᵀ and ∂R/∂Q = K ∂R/∂M because M = KᵀQ.
 * @throws InputError for more than one layer: the exact risk is known for one.
 */
export function exactStageLoss(
  layout: ParameterLayout,
  problem: RegressionProblem,
  terms: readonly RiskTerm[],
): Differentiable {
  const { shape, size } = layout;
  if (shape.layers !== 1)
    throw new InputError("layers", shape.layers, "1: the exact risk is that of one layer");
  const reduced =
    shape.heads === 1 && terms.length <= 2
      ? exactLoss(problem, terms)
      : featureLoss(problem, terms, shape.heads);
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
      else {
        keySlope(gradient, key, slope, point, query, size);
        querySlope(gradient, query, slope, point, key, size);
      }
    });
    return loss;
  };
}

/** ∂R/∂K = Q (∂R/∂M)ᵀ. */
function keySlope(
  gradient: Float64Array,
  key: number,
  slope: Float64Array,
  point: Float64Array,
  query: number,
  size: number,
): void {
  for (let r = 0; r < size; r += 1) {
    for (let i = 0; i < size; i += 1) {
      let sum = 0;
      for (let j = 0; j < size; j += 1) sum += point[query + r * size + j]! * slope[i * size + j]!;
      gradient[key + r * size + i] = sum;
    }
  }
}

/** ∂R/∂Q = K ∂R/∂M. */
function querySlope(
  gradient: Float64Array,
  query: number,
  slope: Float64Array,
  point: Float64Array,
  key: number,
  size: number,
): void {
  for (let r = 0; r < size; r += 1) {
    for (let k = 0; k < size; k += 1) {
      const factor = point[key + r * size + k]!;
      for (let i = 0; i < size; i += 1) gradient[query + r * size + i]! += factor * slope[k * size + i]!;
    }
  }
}
