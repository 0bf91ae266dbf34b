import type { Matrix } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { type CovariateDistribution, readCovariateDistribution } from "../problem/covariateDistribution";
import { requireSquare } from "../problem/readInput";
import { momentOf } from "./gaussianMoment";
import { type CovariateMoments, remembered } from "./tokenMoments";

/**
 * The moments of x = L e for a distribution of e, up to order six and without sampling; L is d × d. For Σ = LLᵀ all
 * distributions have E xxᵀ = Σ.
 * @throws InputError when L is not square, or a number is not finite or outside its range.
 */
export function covariateMoments(distribution: CovariateDistribution, root: Matrix): CovariateMoments {
  readCovariateDistribution(distribution);
  return linearImage(root, whiteMoments(distribution, requireSquare(root, "root")));
}

/** Moments of e, for which E eeᵀ = I. */
function whiteMoments(distribution: CovariateDistribution, dimension: number): CovariateMoments {
  if (distribution.kind === "heavy-tailed" || distribution.kind === "sphere") {
    const scale = squareScales(distribution, dimension);
    return (indices) =>
      indices.length % 2 === 1 ? 0 : scale[indices.length / 2]! * standardNormalMoment(indices);
  }
  const first = coordinateMoments(distribution);
  const others = distribution.kind === "shifted" ? NORMAL : first;
  return (indices) => {
    const counts = new Map<number, number>();
    for (const index of indices) counts.set(index, (counts.get(index) ?? 0) + 1);
    return [...counts].reduce(
      (product, [index, count]) => product * (index === 0 ? first : others)[count]!,
      1,
    );
  };
}

/**
 * E w^k for k = 0 … 3 of an elliptical distribution, e = √w g with g standard normal and E w = 1, or whatever stands in for
 * it: moments of order 2k are those of g times E w^k.
 */
export function squareScales(
  distribution: Extract<CovariateDistribution, { readonly kind: "heavy-tailed" | "sphere" }>,
  dimension: number,
): readonly [number, number, number, number] {
  if (distribution.kind === "sphere") {
    // |g|² is independent of the direction of g, and E |g|⁴ = d(d + 2), E |g|⁶ = d(d + 2)(d + 4).
    const second = dimension / (dimension + 2);
    return [1, 1, second, (second * dimension) / (dimension + 4)];
  }
  // w = (ν − 2)/χ²_ν.
  const { degrees } = distribution;
  const second = (degrees - 2) / (degrees - 4);
  return [1, 1, second, (second * (degrees - 2)) / (degrees - 6)];
}

/** E eᵢ^k for k = 0 … 6. */
export type CoordinateMoments = readonly [number, number, number, number, number, number, number];

const NORMAL: CoordinateMoments = [1, 0, 1, 0, 3, 0, 15];

/** The moments of one coordinate (of the first, where they differ) of a distribution with independent coordinates. @throws InputError naming its parameter. */
export function coordinateMoments(
  distribution: Exclude<CovariateDistribution, { readonly kind: "heavy-tailed" | "sphere" }>,
): CoordinateMoments {
  readCovariateDistribution(distribution);
  switch (distribution.kind) {
    case "gaussian":
      return NORMAL;
    case "uniform":
      return [1, 0, 1, 0, 9 / 5, 0, 27 / 7];
    case "sparse":
      return [1, 0, 1, 0, 3 / distribution.density, 0, 15 / distribution.density ** 2];
    case "mixture": {
      // Odd moments of the two halves cancel.
      const [, , , , fourth, , sixth] = normalAround(distribution.separation);
      return [1, 0, 1, 0, fourth, 0, sixth];
    }
    case "shifted":
      return normalAround(distribution.shift);
    case "skewed": {
      const k = distribution.shape;
      const root = Math.sqrt(k);
      return [1, 0, 1, 2 / root, 3 + 6 / k, (20 + 24 / k) / root, 15 + 130 / k + 120 / k ** 2];
    }
  }
}

/** Moments of a normal variable with mean m and variance 1 − m². */
function normalAround(m: number): CoordinateMoments {
  const v = 1 - m ** 2;
  return [
    1,
    m,
    1,
    m ** 3 + 3 * m * v,
    m ** 4 + 6 * m ** 2 * v + 3 * v ** 2,
    m ** 5 + 10 * m ** 3 * v + 15 * m * v ** 2,
    m ** 6 + 15 * m ** 4 * v + 45 * m ** 2 * v ** 2 + 15 * v ** 3,
  ];
}

function standardNormalMoment(indices: readonly number[]): number {
  const size = 1 + Math.max(...indices, 0) + 1;
  const identity = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_x, j) => (i === j ? 1 : 0)),
  );
  // Slot 0 stands for the constant there.
  return momentOf(
    FLOAT,
    identity,
    indices.map((index) => index + 1),
  );
}

/** Moments of Le from those of e: the sum over which coordinate of e stands for each factor. */
function linearImage(root: Matrix, moments: CovariateMoments): CovariateMoments {
  const white = remembered(moments);
  const expand = (indices: readonly number[], chosen: readonly number[], weight: number): number => {
    const [index, ...rest] = indices;
    if (index === undefined) return weight * white(chosen);
    return root[index]!.reduce(
      (sum, factor, k) => (factor === 0 ? sum : sum + expand(rest, [...chosen, k], weight * factor)),
      0,
    );
  };
  return remembered((indices) => expand(indices, [], 1));
}
