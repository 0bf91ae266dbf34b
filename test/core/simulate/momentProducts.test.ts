import { describe, expect, it } from "vitest";
import { MomentProducts } from "../../../src/core/simulate/momentProducts";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { expectClose } from "../../support/expectClose";

describe("products of a sampled moment with two vectors", () => {
  const problem = {
    dimension: 2,
    covariance: [
      [1, 0.3],
      [0.3, 0.8],
    ],
    noiseVariance: 0.5,
  };
  const task = Float64Array.from([0.4, -0.7]);
  const v = Float64Array.from([0.5, 1, -0.4, 0.8]);
  const beside = Float64Array.from([0.2, -0.3, 0.9, 0.1]);
  const draw = (u: Float64Array, shots = 6, random = new RandomSource(3)) => {
    const [su, sv] = [new Float64Array(4), new Float64Array(4)];
    new MomentProducts(problem, shots).draw(task, random, u, v, su, sv);
    return { su, sv };
  };

  it("are linear in u, however near u is to v: what it has beside v is not taken for rounding", () => {
    const slopeAt = (size: number): readonly number[] => {
      const { su, sv } = draw(v.map((x, i) => x + size * beside[i]!));
      return [...su].map((x, i) => (x - sv[i]!) / size);
    };
    const large = slopeAt(1);
    for (const size of [1e-2, 1e-4, 1e-6]) {
      slopeAt(size).forEach((x, i) => {
        expectClose(x, large[i]!, {
          tolerance: 1e-13 / size + 1e-12,
          reason: "rounding of S u over the size of what is beside v",
          input: { size, slot: i },
        });
      });
    }
  });

  it("of parallel vectors are parallel", () => {
    const { su, sv } = draw(v.map((x) => -3 * x));
    su.forEach((x, i) => {
      expectClose(x, -3 * sv[i]!, { tolerance: 1e-12, reason: "rounding", input: i });
    });
  });

  it("of parallel vectors: what is left of u beside v is rounding, and gives no direction to S v", () => {
    // A factor that no binary number is, so that something is left.
    for (const factor of [-3, 0.1, 1 / 3, 7.7])
      expect([...draw(v.map((x) => factor * x)).sv], `u = ${factor} v`).toEqual([
        ...draw(new Float64Array(4)).sv,
      ]);
  });

  it("of one token are both along it", () => {
    for (const seed of [1, 2, 3]) {
      const { su, sv } = draw(beside, 1, new RandomSource(seed));
      for (const i of [1, 2, 3])
        expectClose(su[i]! * sv[0]! - su[0]! * sv[i]!, 0, {
          tolerance: 1e-12,
          reason: "S = zzᵀ: rounding",
          input: { seed, i },
        });
    }
  });

  it("of two, three and four tokens have the mean of so many: u·Su and u·Sv", () => {
    const random = new RandomSource(8);
    // E zzᵀ of a token z = (1, x, θᵀx + ε).
    const [a, b] = [0.4 - 0.3 * 0.7, 0.3 * 0.4 - 0.8 * 0.7];
    const moment = [
      [1, 0, 0, 0],
      [0, 1, 0.3, a],
      [0, 0.3, 0.8, b],
      [0, a, b, 0.4 * a - 0.7 * b + 0.5],
    ];
    const inner = (x: Float64Array, y: Float64Array): number =>
      x.reduce((sum, value, i) => sum + value * y[i]!, 0);
    const mean = (x: Float64Array): number =>
      inner(
        beside,
        Float64Array.from(moment, (row) => row.reduce((sum, m, j) => sum + m * x[j]!, 0)),
      );
    for (const shots of [2, 3, 4]) {
      const draws = Array.from({ length: 20_000 }, () => draw(beside, shots, random));
      for (const which of ["su", "sv"] as const) {
        const values = draws.map((drawn) => inner(beside, drawn[which]));
        const average = values.reduce((sum, x) => sum + x, 0) / values.length;
        const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / (values.length - 1);
        expectClose(average, shots * mean(which === "su" ? beside : v), {
          tolerance: 4 * Math.sqrt(variance / values.length),
          reason: "four standard errors of 20 000 draws",
          input: { shots, which },
        });
      }
    }
  });
});
