import type { RandomSource } from "./randomSource";

/**
 * Draws χ with k ≥ 0 degrees of freedom, the length of k standard normals, at a cost that does not grow with k: the root of
 * twice a gamma variable of shape k/2 (Marsaglia and Tsang 2000, "A simple method for generating gamma variables").
 */
export class ChiSampler {
  private readonly shape: number;
  private readonly slope: number;

  constructor(private readonly degrees: number) {
    this.shape = degrees / 2 - 1 / 3;
    this.slope = 1 / Math.sqrt(9 * this.shape);
  }

  next(random: RandomSource): number {
    const { degrees, shape, slope } = this;
    if (degrees === 0) return 0;
    if (degrees === 1) return Math.abs(random.normal());
    for (;;) {
      const x = random.normal();
      const root = 1 + slope * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = random.uniform();
      const square = x * x;
      const surely = u < 1 - 0.0331 * square * square;
      if (surely || Math.log(u) < 0.5 * square + shape * (1 - v + Math.log(v)))
        return Math.sqrt(2 * shape * v);
    }
  }
}
