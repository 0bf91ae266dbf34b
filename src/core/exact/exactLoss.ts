import type { Differentiable } from "../algebra/differentiable";
import { tokenLength } from "../model/tokens";
import { readWhole, requireLength, requireNumber, requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import type { RiskTerm } from "../problem/riskTerm";
import { readShots, type ShotCount } from "../problem/shots";
import { requirePrior, type TaskPrior } from "../problem/taskPrior";
import { AveragedRisk } from "./averagedRisk";
import { addStridedProduct } from "./kernels";
import { LayerRisk } from "./layerRisk";
import { type PackedParameters, zeroParameters } from "./packedParameters";

/**
 * v and M as parts of one array: v first, then M row by row. The parts are views, not copies.
 * @throws InputError naming `size`, or `point` when its length does not fit or a number is not finite.
 */
export function asParameters(point: Float64Array, size: number): PackedParameters {
  readWhole(size, "size", 1);
  requireVector(point, "point", size + size * size);
  return viewsOf(point, size);
}

/** The same for training loops, which pass through numbers that are not finite and must see them. */
export const viewsOf = (point: Float64Array, size: number): PackedParameters => ({
  value: point.subarray(0, size),
  keyQuery: point.subarray(size, size + size * size),
});

/** v and M in one array. @throws InputError when v and M do not fit each other or hold what is no finite number. */
export const asPoint = ({ value, keyQuery }: PackedParameters): Float64Array => {
  requireVector(value, "value", value.length);
  requireVector(keyQuery, "keyQuery", value.length * value.length);
  return Float64Array.from([...value, ...keyQuery]);
};

/** One part of a loss: the risk at n shots averaged over a prior of tasks, times a weight. */
export interface AveragedTerm {
  readonly prior: TaskPrior;
  readonly shots: ShotCount;
  readonly weight: number;
}

/** A part of an exact loss: the risk on a task, or averaged over a prior; the latter costs about as much. */
export type ExactTerm = RiskTerm | AveragedTerm;

/**
 * The loss Σ weight · R(n, θ) of one layer as a function of its heads' v and M, in one array v₁, M₁, v₂, M₂, … (M row by row),
 * with its exact gradient; no sampling. O(H²d²) a term where Σ and the priors' Λ are diagonal.
 * @throws InputError when a length does not fit or a number is not finite.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const loss = exactLoss(problem, [{ task: [1, 0], shots: 0, weight: 1 }]);
 * const point = asPoint(pack(pretrainedParameters(FLOAT, problem, pretraining)));
 * console.log(loss(point, new Float64Array(point.length)).toFixed(6)); // 1.100000
 */
export function exactLoss(
  problem: RegressionProblem,
  terms: readonly ExactTerm[],
  heads = 1,
): Differentiable {
  requireProblem(problem);
  readWhole(heads, "heads", 1);
  requireExactTerms(terms, problem.dimension);
  const size = tokenLength(problem.dimension);
  const perHead = size + size * size;
  const layer = new LayerRisk(problem, heads);
  const parts = terms.map((term) => ({ weight: term.weight, risk: termRisk(problem, term, layer) }));
  const slopes = Array.from({ length: heads }, () => zeroParameters(size));
  const [pointParts, gradientParts] = [headViews(heads, size), headViews(heads, size)];
  const [only] = parts.length === 1 && parts[0]!.weight === 1 ? parts : [];
  return (point, gradient) => {
    const parameters = pointParts(point);
    if (only !== undefined) {
      const loss = only.risk(parameters);
      const into = gradientParts(gradient);
      for (let h = 0; h < heads; h += 1) layer.heads[h]!.store(into[h]!, layer.share);
      return loss;
    }
    gradient.fill(0);
    let loss = 0;
    for (const { weight, risk } of parts) {
      loss += weight * risk(parameters);
      slopes.forEach((slope, h) => {
        layer.heads[h]!.store(slope, layer.share);
        const at = h * perHead;
        for (let k = 0; k < size; k += 1) gradient[at + k]! += weight * slope.value[k]!;
        for (let k = 0; k < size * size; k += 1) gradient[at + size + k]! += weight * slope.keyQuery[k]!;
      });
    }
    return loss;
  };
}

/** Lengths, finite numbers and shot counts. @throws InputError naming the field. */
function requireExactTerms(terms: readonly ExactTerm[], dimension: number): void {
  for (const [i, term] of terms.entries()) {
    const path = `terms[${i}]`;
    if ("task" in term) requireVector(term.task, `${path}.task`, dimension);
    else requirePrior(term.prior, `${path}.prior`, dimension);
    readShots(term.shots, `${path}.shots`, { infinite: true });
    requireNumber(term.weight, `${path}.weight`);
  }
}

/** The heads' v and M as views of one array; a descent asks again and again for the same one. */
function headViews(heads: number, size: number): (point: Float64Array) => readonly PackedParameters[] {
  let known: Float64Array | undefined;
  let views: readonly PackedParameters[] = [];
  return (point) => {
    if (point !== known) {
      const perHead = size + size * size;
      // The length only: training loops pass through numbers that are not finite.
      requireLength(point, "point", heads * perHead);
      known = point;
      views = Array.from({ length: heads }, (_, h) =>
        viewsOf(point.subarray(h * perHead, (h + 1) * perHead), size),
      );
    }
    return views;
  };
}

/** One term's risk, which leaves its slopes in the layer's heads. */
function termRisk(
  problem: RegressionProblem,
  term: ExactTerm,
  layer: LayerRisk,
): (parameters: readonly PackedParameters[]) => number {
  const { shots } = term;
  if ("task" in term) {
    const task = Float64Array.from(term.task);
    return (parameters) => {
      const risk = layer.risk(parameters, task, problem.noiseVariance, shots);
      layer.differentiate(task);
      return risk;
    };
  }
  const averaged = new AveragedRisk(problem, term.prior, layer);
  return (parameters) => averaged.riskAndSlopes(parameters, shots);
}

/**
 * The same loss as a function of v, K and Q (r × D each, row-major, in this order), M = KᵀQ:
 * ∂R/∂K = Q (∂R/∂M)ᵀ and ∂R/∂Q = K ∂R/∂M.
 * @throws InputError as {@link exactLoss}, or naming `rank`.
 */
export function factorisedLoss(
  problem: RegressionProblem,
  terms: readonly ExactTerm[],
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
    merge(point.subarray(size), key, query, size, rank);
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

/** out ← KᵀQ, whatever `out` held. @throws InputError when a length does not fit, or an entry of K or Q is no finite number. */
export function mergeInto(
  out: Float64Array,
  key: Float64Array,
  query: Float64Array,
  size: number,
  rank: number,
): void {
  readWhole(size, "size", 1);
  readWhole(rank, "rank", 1);
  requireVector(key, "key", rank * size);
  requireVector(query, "query", rank * size);
  requireLength(out, "out", size * size);
  merge(out, key, query, size, rank);
}

/** The same for training loops, which pass through numbers that are not finite and must see them. */
export function merge(
  out: Float64Array,
  key: Float64Array,
  query: Float64Array,
  size: number,
  rank: number,
): void {
  out.fill(0);
  if (rank === size) {
    addStridedProduct(key, 1, size, query, size, 1, out, size);
    return;
  }
  for (let r = 0; r < rank; r += 1) {
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j < size; j += 1) out[i * size + j]! += key[r * size + i]! * query[r * size + j]!;
    }
  }
}
