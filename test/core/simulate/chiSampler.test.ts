import { describe, expect, it } from "vitest";
import { ChiSampler } from "../../../src/core/simulate/chiSampler";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { expectClose } from "../../support/expectClose";

const DRAWS = 400_000;

/** P(χ²_k ≤ x) for even k: 1 − e^{−x/2} Σ_{i < k/2} (x/2)^i/i!. */
function evenCdf(k: number, x: number): number {
  let [term, sum] = [1, 0];
  for (let i = 0; i < k / 2; i += 1) {
    sum += term;
    term *= x / 2 / (i + 1);
  }
  return 1 - Math.exp(-x / 2) * sum;
}

describe("the χ sampler", () => {
  it("has the distribution of χ with 2, 4 and 40 degrees of freedom, by Kolmogorov's test", () => {
    for (const k of [2, 4, 40]) {
      const random = new RandomSource(5, k);
      const chi = new ChiSampler(k);
      const squares = Array.from({ length: DRAWS }, () => chi.next(random) ** 2).sort((a, b) => a - b);
      const distance = Math.max(
        ...[...squares.keys()]
          .filter((i) => i % 100 === 0)
          .map((i) => Math.abs(evenCdf(k, squares[i]!) - (i + 0.5) / DRAWS)),
      );
      // P(D > 2.2/√n) is below 2e−4.
      expect(distance, `k = ${k}: largest distance from the distribution function`).toBeLessThan(
        2.2 / Math.sqrt(DRAWS),
      );
    }
  });

  it("has the moments k, k(k + 2) and k(k + 2)(k + 4) of its square, odd degrees and one and none included", () => {
    for (const k of [0, 1, 3, 7, 101]) {
      const random = new RandomSource(6, k);
      const chi = new ChiSampler(k);
      const squares = Array.from({ length: DRAWS }, () => chi.next(random) ** 2);
      [k, k * (k + 2), k * (k + 2) * (k + 4)].forEach((expected, order) => {
        const powers = squares.map((x) => x ** (order + 1));
        const mean = powers.reduce((a, b) => a + b) / DRAWS;
        const variance = powers.reduce((a, b) => a + (b - mean) ** 2, 0) / DRAWS;
        expectClose(mean, expected, {
          tolerance: 4.5 * Math.sqrt(variance / DRAWS),
          reason: "4.5 standard errors",
          input: { k, order: order + 1 },
        });
      });
    }
  });
});
