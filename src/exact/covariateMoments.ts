import type { Matrix } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { CovariateDistribution } from "../problem/covariateDistribution";
import { gaussianMoment } from "./gaussianMoment";
import { type CovariateMoments, remembered } from "./tokenMoments";

/**
 * The moments of x = L e for a distribution of e, up to order six and without sampling; L is d × d. For Σ = LLᵀ all
 * distributions have E xxᵀ = Σ.
 */
export function covariateMoments(distribution: CovariateDistribution, root: Matrix): CovariateMoments {
  return linearImage(root, whiteMoments(distribution));
}

/** Moments of e, for which E eeᵀ = I. */
function whiteMoments(distribution: CovariateDistribution): CovariateMoments {
  if (distribution.kind === "heavy-tailed") {
    const { degrees } = distribution;
    // e = √w g with g normal and w = (ν − 2)/χ²_ν: E w = 1, and E w², E w³ follow from the moments of 1/χ²_ν.
    const second = (degrees - 2) / (degrees - 4);
    const scale = [1, 1, second, (second * (degrees - 2)) / (degrees - 6)];
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

/** E eᵢ^k for k = 0 … 6. */
export type CoordinateMoments = readonly [number, number, number, number, number, number, number];

const NORMAL: CoordinateMoments = [1, 0, 1, 0, 3, 0, 15];

/** The moments of one coordinate (of the first, where they differ) of a distribution with independent coordinates. */
export function coordinateMoments(
  distribution: Exclude<CovariateDistribution, { readonly kind: "heavy-tailed" }>,
): CoordinateMoments {
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
  return gaussianMoment(
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
