import type { Differentiable } from "../algebra/differentiable";
import { tokenLength } from "../model/tokens";
import { readWhole, requireLength } from "../problem/readInput";
import type { RegressionProblem } from "../problem/regressionProblem";
import { type RiskTerm, requireTerms } from "../problem/riskTerm";
import { FastRisk } from "./fastRisk";
import { type PackedParameters, zeroParameters } from "./packedParameters";

/** v and M as parts of one array: v first, then M row by row. The parts are views, not copies. @throws InputError when the length does not fit. */
export function asParameters(point: Float64Array, size: number): PackedParameters {
  // The length only: training loops pass through numbers that are not finite.
  requireLength(point, "point", size + size * size);
  return { value: point.subarray(0, size), keyQuery: point.subarray(size, size + size * size) };
}

/** v and M in one array. @throws InputError when v and M do not fit each other. */
export const asPoint = ({ value, keyQuery }: PackedParameters): Float64Array => {
  requireLength(keyQuery, "keyQuery", value.length * value.length);
  return Float64Array.from([...value, ...keyQuery]);
};

/**
 * The loss Σ weight · R(n, θ) as a function of v and M, with its exact gradient; no sampling.
 * @throws InputError when a length does not fit or a number is not finite.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const loss = exactLoss(problem, [{ task: [1, 0], shots: 0, weight: 1 }]);
 * const point = asPoint(pack(pretrainedParameters(FLOAT, problem, pretraining)));
 * console.log(loss(point, new Float64Array(point.length)).toFixed(6)); // 1.100000
 */
export function exactLoss(problem: RegressionProblem, terms: readonly RiskTerm[]): Differentiable {
  const size = tokenLength(problem.dimension);
  const engine = new FastRisk(problem);
  requireTerms(terms, problem.dimension);
  const part = zeroParameters(size);
  const tasks = terms.map(({ task }) => Float64Array.from(task));
  return (point, gradient) => {
    gradient.fill(0);
    const parameters = asParameters(point, size);
    return terms.reduce((loss, { shots, weight }, i) => {
      const risk = engine.riskAndGradient(tasks[i]!, shots, parameters, part);
      for (let k = 0; k < size; k += 1) gradient[k]! += weight * part.value[k]!;
      for (let k = 0; k < size * size; k += 1) gradient[size + k]! += weight * part.keyQuery[k]!;
      return loss + weight * risk;
    }, 0);
  };
}

/**
 * The same loss as a function of v, K and Q (r × D each, row-major, in this order), M = KᵀQ:
 * ∂R/∂K = Q (∂R/∂M)ᵀ and ∂R/∂Q = K ∂R/∂M.
 * @throws InputError as {@link exactLoss}, or naming `rank`.
 */
export function factorisedLoss(
  problem: RegressionProblem,
  terms: readonly RiskTerm[],
  rank: number,
): Differentiable {
  const size = tokenLength(problem.dimension);
  readWhole(rank, "rank", 1);
  const merged = exactLoss(problem, terms);
  const point = new Float64Array(size + size * size);
  const slope = new Float64Array(size + size * size);
  return (factors, gradient) => {
    const key = factors.subarray(size, size + rank * size);
    const query = factors.subarray(size + rank * size);
    point.set(factors.subarray(0, size));
    mergeInto(point.subarray(size), key, query, size, rank);
    const value = merged(point, slope);
    gradient.set(slope.subarray(0, size));
    for (let r = 0; r < rank; r += 1) {
      for (let i = 0; i < size; i += 1) {
        let keySlope = 0;
        let querySlope = 0;
        for (let j = 0; j < size; j += 1) {
          keySlope += query[r * size + j]! * slope[size + i * size + j]!;
          querySlope += key[r * size + j]! * slope[size + j * size + i]!;
        }
        gradient[size + r * size + i] = keySlope;
        gradient[size + (rank + r) * size + i] = querySlope;
      }
    }
    return value;
  };
}

/** out ← KᵀQ. @throws InputError when a length does not fit. */
export function mergeInto(
  out: Float64Array,
  key: Float64Array,
  query: Float64Array,
  size: number,
  rank: number,
): void {
  requireLength(key, "key", rank * size);
  requireLength(query, "query", rank * size);
  requireLength(out, "out", size * size);
  out.fill(0);
  for (let r = 0; r < rank; r += 1) {
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j < size; j += 1) out[i * size + j]! += key[r * size + i]! * query[r * size + j]!;
    }
  }
}
