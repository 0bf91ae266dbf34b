import { describe, it } from "vitest";
import { coordinateMoments, covariateMoments, squareScales } from "../../../src/core/exact/covariateMoments";
import { expectClose } from "../../support/expectClose";

/** ∫ f over [from, to] by the midpoint rule. */
function integral(f: (x: number) => number, from: number, to: number, steps = 400_000): number {
  const width = (to - from) / steps;
  let sum = 0;
  for (let k = 0; k < steps; k += 1) sum += f(from + (k + 0.5) * width);
  return sum * width;
}

describe("moments of covariates that are not Gaussian", () => {
  it("skewed: those of a gamma variable less its mean, over its deviation, up to order six", () => {
    for (const shape of [2, 5]) {
      const density = (x: number): number => x ** (shape - 1) * Math.exp(-x);
      const total = integral(density, 0, 120);
      const moments = coordinateMoments({ kind: "skewed", shape });
      for (let k = 0; k <= 6; k += 1) {
        const standard = (x: number): number => ((x - shape) / Math.sqrt(shape)) ** k * density(x);
        expectClose(moments[k]!, integral(standard, 0, 120) / total, {
          tolerance: 1e-6 * Math.max(1, moments[k]!),
          reason: "midpoint rule with steps of 3e-4, tails cut at 120",
          input: { shape, order: k },
        });
      }
    }
  });

  it("heavy-tailed: E w^k of w = (ν − 2)/χ²_ν, and so the sixth moment of a coordinate", () => {
    for (const degrees of [14, 20]) {
      const density = (s: number): number => s ** (degrees / 2 - 1) * Math.exp(-s / 2);
      const total = integral(density, 0, 300);
      const scales = squareScales({ kind: "heavy-tailed", degrees }, 3);
      for (let k = 0; k <= 3; k += 1) {
        const mean = integral((s) => ((degrees - 2) / s) ** k * density(s), 0, 300) / total;
        expectClose(scales[k]!, mean, { tolerance: 1e-6, reason: "midpoint rule", input: { degrees, k } });
      }
      const sixth = covariateMoments({ kind: "heavy-tailed", degrees }, [[1]])([0, 0, 0, 0, 0, 0]);
      expectClose(sixth, 15 * scales[3]!, { tolerance: 1e-10, reason: "rounding", input: degrees });
    }
  });

  it("on a sphere: sums over all directions are powers of the length, E |e|⁴ = d² and E |e|⁶ = d³, and E e² = 1", () => {
    for (const d of [1, 2, 3, 5]) {
      const directions = Array.from({ length: d }, (_, i) => i);
      const root = directions.map((i) => directions.map((j) => (i === j ? 1 : 0)));
      const moment = covariateMoments({ kind: "sphere" }, root);
      const close = { tolerance: 1e-12 * d ** 3, reason: "rounding of d³ terms", input: d };
      const total = (of: (i: number) => number): number => directions.reduce((sum, i) => sum + of(i), 0);
      expectClose(moment([0, 0]), 1, close);
      expectClose(
        total((i) => total((j) => moment([i, i, j, j]))),
        d ** 2,
        close,
      );
      expectClose(
        total((i) => total((j) => total((k) => moment([i, i, j, j, k, k])))),
        d ** 3,
        close,
      );
    }
  });
});
