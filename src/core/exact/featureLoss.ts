import type { Differentiable } from "../algebra/differentiable";
import { FLOAT } from "../algebra/numberField";
import { labelSlot, tokenLength } from "../model/tokens";
import { readWhole, requireNumber } from "../problem/readInput";
import { readShots, tokenShares } from "../problem/shots";
import { type MomentTerm, promptFeatures } from "./relaxedRisk";
import type { TokenMoments } from "./tokenMoments";

/** The quadratic pᵀCp − 2sᵀp + c of k variables, C symmetric in compressed rows. */
export interface SparseQuadratic {
  /** Row i holds the entries rowStart[i] … rowStart[i+1] − 1. */
  readonly rowStart: Int32Array;
  readonly column: Int32Array;
  readonly entry: Float64Array;
  readonly slope: Float64Array;
  readonly constant: number;
}

/**
 * The loss Σ weight · R(n) for tokens of any distribution, all terms with the same covariates (the loss of real examples, for
 * instance), as a function of the heads' v and M, in one array: v₁, M₁, v₂, M₂, …; M row by row. The prediction is linear in
 * (1/H) Σ_h M_h⊗v_h, so the loss is one quadratic in its features ({@link promptFeatures}), however many terms it has: it is
 * made once, and an evaluation costs as many products as the quadratic has entries, about d⁶/2. For Gaussian covariates
 * exactLoss is far cheaper.
 * @throws InputError naming what is no size, shot count or finite weight.
 */
export function momentLoss(dimension: number, terms: readonly MomentTerm[], heads = 1): Differentiable {
  readWhole(dimension, "dimension", 1);
  readWhole(heads, "heads", 1);
  for (const [i, { shots, weight }] of terms.entries()) {
    readShots(shots, `terms[${i}].shots`, { infinite: true });
    requireNumber(weight, `terms[${i}].weight`);
  }
  const quadratic = momentQuadratic(dimension, terms);
  const size = tokenLength(dimension);
  const features = promptFeatures(dimension);
  const [first, second, query] = [0, 1, 2].map((part) =>
    Int32Array.from(features, ({ pair, query: q }) => [...pair, q][part]!),
  ) as [Int32Array, Int32Array, Int32Array];
  const count = features.length;
  const p = new Float64Array(count);
  const slope = new Float64Array(count);
  const perHead = size + size * size;

  return (point, gradient) => {
    p.fill(0);
    for (let start = 0; start < heads * perHead; start += perHead) {
      const M = start + size;
      for (let f = 0; f < count; f += 1) {
        const [a, k, q] = [first[f]!, second[f]!, query[f]!];
        p[f]! += point[M + a * size + q]! * point[start + k]!;
        if (a !== k) p[f]! += point[M + k * size + q]! * point[start + a]!;
      }
    }
    for (let f = 0; f < count; f += 1) p[f]! /= heads;
    const loss = evaluate(quadratic, p, slope);
    gradient.fill(0);
    for (let start = 0; start < heads * perHead; start += perHead) {
      const M = start + size;
      for (let f = 0; f < count; f += 1) {
        const [a, k, q] = [first[f]!, second[f]!, query[f]!];
        const g = slope[f]! / heads;
        gradient[M + a * size + q]! += g * point[start + k]!;
        gradient[start + k]! += g * point[M + a * size + q]!;
        if (a === k) continue;
        gradient[M + k * size + q]! += g * point[start + a]!;
        gradient[start + a]! += g * point[M + k * size + q]!;
      }
    }
    return loss;
  };
}

/** pᵀCp − 2sᵀp + c, and its slope 2(Cp − s) written into `slope`. */
function evaluate(
  { rowStart, column, entry, ...rest }: SparseQuadratic,
  p: Float64Array,
  slope: Float64Array,
) {
  let value = rest.constant;
  for (let i = 0; i < p.length; i += 1) {
    let sum = 0;
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k += 1) sum += entry[k]! * p[column[k]!]!;
    value += p[i]! * (sum - 2 * rest.slope[i]!);
    slope[i] = 2 * (sum - rest.slope[i]!);
  }
  return value;
}

/**
 * The quadratic of {@link relaxedLoss}, in floats and for many terms, whose covariates are distributed alike: averages over the
 * terms are taken in the moments of one token first, so that a further term costs next to nothing.
 */
export function momentQuadratic(dimension: number, terms: readonly MomentTerm[]): SparseQuadratic {
  const size = tokenLength(dimension);
  const label = labelSlot(dimension);
  const pairs = pairsOf(size);
  const queries = label;
  const count = pairs.length * queries;
  const curvature = new Float64Array(count * count);
  const slope = new Float64Array(count);
  let constant = 0;
  const ofQuery = queryMoments(terms[0]!.moments, pairs, queries);

  for (const shots of new Set(terms.map((term) => term.shots))) {
    const group = terms.filter((term) => term.shots === shots);
    const { contextShare: a, queryShare: b } = tokenShares(FLOAT, shots);
    const [same, different, both] = [a * b, a * a - a * b, b * b];
    const token = tokenMoments(group, pairs, label, { same, different });
    const total = group.reduce((sum, { weight }) => sum + weight, 0);
    constant += token.labelSquare;
    for (let p = 0; p < pairs.length; p += 1) {
      for (let s = 0; s < queries; s += 1) {
        const i = p * queries + s;
        slope[i]! += a * token.pairTimesLabel[i]! + b * token.ownLabel[i]!;
        for (let q = 0; q < pairs.length; q += 1) {
          for (let t = 0; t < queries; t += 1) {
            curvature[i * count + q * queries + t]! +=
              token.tokens[p * pairs.length + q]! * ofQuery.two(s, t) +
              same * (token.pair[p]! * ofQuery.four(q, s, t) + token.pair[q]! * ofQuery.four(p, s, t)) +
              both * total * ofQuery.six(p, q, s, t);
          }
        }
      }
    }
  }
  return { ...compress(curvature, count), slope, constant };
}

type Pair = readonly [number, number];

const pairsOf = (size: number): readonly Pair[] =>
  Array.from({ length: size }, (_, a) =>
    Array.from({ length: size - a }, (_x, k): Pair => [a, a + k]),
  ).flat();

/** Moments of the query token by pair and slot, zero where the empty label slot occurs. */
function queryMoments(moments: TokenMoments, pairs: readonly Pair[], queries: number) {
  const count = pairs.length;
  const moment = (...slots: readonly number[]): number => (slots.includes(queries) ? 0 : moments(slots));
  const slots = Array.from({ length: queries }, (_, s) => s);
  const two = Float64Array.from(slots.flatMap((s) => slots.map((t) => moment(s, t))));
  const four = Float64Array.from(
    pairs.flatMap((pair) => slots.flatMap((s) => slots.map((t) => moment(...pair, s, t)))),
  );
  // Symmetric in its four pairs of roles: (p, q), (q, p), and the two slots swapped.
  const six = new Float64Array(count * count * queries * queries);
  const at = (p: number, q: number, s: number, t: number): number =>
    ((p * count + q) * queries + s) * queries + t;
  for (let p = 0; p < count; p += 1) {
    for (let q = 0; q <= p; q += 1) {
      for (const s of slots) {
        for (let t = 0; t <= s; t += 1) {
          const value = moment(...pairs[p]!, ...pairs[q]!, s, t);
          for (const place of [at(p, q, s, t), at(q, p, s, t), at(p, q, t, s), at(q, p, t, s)])
            six[place] = value;
        }
      }
    }
  }
  return {
    two: (s: number, t: number): number => two[s * queries + t]!,
    four: (p: number, s: number, t: number): number => four[(p * queries + s) * queries + t]!,
    six: (p: number, q: number, s: number, t: number): number => six[at(p, q, s, t)]!,
  };
}

/** Moments of one labelled token, or of two that share a task, summed over the terms with their weights. */
function tokenMoments(
  terms: readonly MomentTerm[],
  pairs: readonly Pair[],
  label: number,
  { same, different }: { readonly same: number; readonly different: number },
) {
  const count = pairs.length;
  const tokens = new Float64Array(count * count);
  const pair = new Float64Array(count);
  const pairTimesLabel = new Float64Array(count * label);
  const ownLabel = new Float64Array(count * label);
  let labelSquare = 0;
  for (const { moments, weight } of terms) {
    const moment = (...slots: readonly number[]): number => moments(slots);
    labelSquare += weight * moment(label, label);
    const two = pairs.map((p) => moment(...p));
    pairs.forEach((p, i) => {
      pair[i]! += weight * two[i]!;
      for (let s = 0; s < label; s += 1) {
        pairTimesLabel[i * label + s]! += weight * two[i]! * moment(s, label);
        // The query's own label slot is empty; the noise of its true label is independent of the token.
        if (!p.includes(label)) ownLabel[i * label + s]! += weight * moment(...p, s, label);
      }
      for (let j = 0; j <= i; j += 1) {
        const value = weight * (same * moment(...p, ...pairs[j]!) + different * two[i]! * two[j]!);
        tokens[i * count + j]! += value;
        if (j < i) tokens[j * count + i]! += value;
      }
    });
  }
  return { tokens, pair, pairTimesLabel, ownLabel, labelSquare };
}

function compress(
  dense: Float64Array,
  count: number,
): Pick<SparseQuadratic, "rowStart" | "column" | "entry"> {
  const rowStart = new Int32Array(count + 1);
  const column: number[] = [];
  const entry: number[] = [];
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < count; j += 1) {
      const value = dense[i * count + j]!;
      if (value !== 0) {
        column.push(j);
        entry.push(value);
      }
    }
    rowStart[i + 1] = column.length;
  }
  return { rowStart, column: Int32Array.from(column), entry: Float64Array.from(entry) };
}
