import type { CovariateDistribution } from "../problem/covariateDistribution";
import { ChiSampler } from "./chiSampler";
import type { RandomSource } from "./randomSource";

/** Writes one draw of e, with E eeᵀ = I, into the first `dimension` entries of `out`. */
export type WhiteSampler = (random: RandomSource, out: Float64Array) => void;

/** Draws e of a covariate distribution; x = L e then has E xxᵀ = LLᵀ. */
export function whiteSampler(distribution: CovariateDistribution, dimension: number): WhiteSampler {
  if (distribution.kind === "gaussian") return (random, out) => random.normals(out, dimension);
  if (distribution.kind === "heavy-tailed") {
    const { degrees } = distribution;
    const chi = new ChiSampler(degrees);
    return (random, out) => {
      random.normals(out, dimension);
      const scale = Math.sqrt(degrees - 2) / chi.next(random);
      for (let i = 0; i < dimension; i += 1) out[i]! *= scale;
    };
  }
  if (distribution.kind === "sphere") {
    return (random, out) => {
      random.normals(out, dimension);
      let square = 0;
      for (let i = 0; i < dimension; i += 1) square += out[i]! * out[i]!;
      const scale = Math.sqrt(dimension / square);
      for (let i = 0; i < dimension; i += 1) out[i]! *= scale;
    };
  }
  const coordinate = coordinateSampler(distribution);
  return (random, out) => {
    for (let i = 0; i < dimension; i += 1) out[i] = coordinate(random, i);
  };
}

function coordinateSampler(
  distribution: Exclude<CovariateDistribution, { readonly kind: "gaussian" | "heavy-tailed" | "sphere" }>,
): (random: RandomSource, index: number) => number {
  switch (distribution.kind) {
    case "uniform": {
      const halfWidth = Math.sqrt(3);
      return (random) => halfWidth * (2 * random.uniform() - 1);
    }
    case "sparse": {
      const { density } = distribution;
      const scale = 1 / Math.sqrt(density);
      return (random) => (random.uniform() < density ? scale * random.normal() : 0);
    }
    case "mixture": {
      const { separation } = distribution;
      const spread = Math.sqrt(1 - separation ** 2);
      return (random) => (random.uniform() < 0.5 ? separation : -separation) + spread * random.normal();
    }
    case "skewed": {
      // A gamma variable of shape k is half a χ² with 2k degrees of freedom; mean and variance are k.
      const { shape } = distribution;
      const chi = new ChiSampler(2 * shape);
      const scale = 1 / Math.sqrt(shape);
      return (random) => scale * (chi.next(random) ** 2 / 2 - shape);
    }
    case "shifted": {
      const { shift } = distribution;
      const spread = Math.sqrt(1 - shift ** 2);
      return (random, index) => (index === 0 ? shift + spread * random.normal() : random.normal());
    }
  }
}
