import { describe, expect, it } from "vitest";
import type { RegressionProblem } from "../../../src/core/problem/regressionProblem";
import { ChiSampler } from "../../../src/core/simulate/chiSampler";
import { ContextSampler, type Sampling } from "../../../src/core/simulate/contextSampler";
import { MomentProducts } from "../../../src/core/simulate/momentProducts";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { expectClose } from "../../support/expectClose";
import { differenceOfMeans, kolmogorovSmirnov } from "../../support/twoSamples";

const PROBLEM: RegressionProblem = {
  dimension: 2,
  covariance: [
    [2, 0.5],
    [0.5, 1],
  ],
  noiseVariance: 0.3,
};
const TASK = Float64Array.of(0.7, -1.1);
const SIZE = 4;
const SAMPLES = 4000;
// d + 1 = 3: contexts shorter, as long, and longer than that; one token has no scatter at all.
const LENGTHS = [1, 2, 3, 4, 5, 20, 500];
/** About 110 comparisons are made below: at 1e-4 each, a false alarm has probability 0.01, and the seeds are fixed. */
const KS_LIMIT = 2.23;

type Quantities = (u: Float64Array, v: Float64Array, su: Float64Array, sv: Float64Array) => readonly number[];

/** What predictions and gradients are made of: uᵀSv, and entries of Su and Sv. */
const quantities: Quantities = (u, _v, su, sv) => [
  u.reduce((sum, x, i) => sum + x * sv[i]!, 0),
  su[0]!,
  su[1]!,
  su[3]!,
  sv[0]!,
  sv[2]!,
  sv[3]!,
];
const U = Float64Array.of(0.3, 1, -0.4, 0.2);
const V = Float64Array.of(-0.2, 0.5, 0.1, 1);

function throughRows(sampling: Sampling, shots: number, seed: number, u = U, v = V): number[][] {
  const sampler = new ContextSampler(PROBLEM, sampling);
  const random = new RandomSource(seed, shots);
  const rows = new Float64Array(sampler.rows(shots) * SIZE);
  return Array.from({ length: SAMPLES }, () => {
    sampler.draw(TASK, shots, random, rows, 0);
    const [su, sv] = [new Float64Array(SIZE), new Float64Array(SIZE)];
    for (let at = 0; at < rows.length; at += SIZE) {
      const row = rows.subarray(at, at + SIZE);
      const [a, b] = [u, v].map((w) => w.reduce((sum, x, i) => sum + x * row[i]!, 0)) as [number, number];
      row.forEach((z, i) => {
        su[i]! += a * z;
        sv[i]! += b * z;
      });
    }
    return [...quantities(u, v, su, sv)];
  });
}

function throughProducts(shots: number, seed: number, u = U, v = V): number[][] {
  const sampler = new MomentProducts(PROBLEM, shots);
  const random = new RandomSource(seed, shots);
  return Array.from({ length: SAMPLES }, () => {
    const [su, sv] = [new Float64Array(SIZE), new Float64Array(SIZE)];
    sampler.draw(TASK, random, u, v, su, sv);
    return [...quantities(u, v, su, sv)];
  });
}

function expectSameDistribution(a: readonly number[][], b: readonly number[][], input: unknown): void {
  a[0]!.forEach((_, k) => {
    const [x, y] = [a, b].map((sample) => sample.map((row) => row[k]!)) as [number[], number[]];
    // Constants, such as the sum of ones, need no test of distribution.
    if (Math.max(...x) - Math.min(...x) < 1e-9) {
      expectClose(y[0]!, x[0]!, {
        tolerance: 1e-9 * Math.abs(x[0]!),
        reason: "rounding",
        input: { input, k },
      });
      return;
    }
    const statistic = kolmogorovSmirnov(x, y);
    expect(statistic, `Kolmogorov-Smirnov of quantity ${k} at ${JSON.stringify(input)}`).toBeLessThan(
      KS_LIMIT,
    );
    const z = differenceOfMeans(x, y);
    expect(Math.abs(z), `difference of means of quantity ${k} at ${JSON.stringify(input)}`).toBeLessThan(4.5);
  });
}

describe("contexts drawn by their second moment", () => {
  for (const shots of LENGTHS) {
    it(`are distributed as those drawn token by token (n = ${shots})`, () => {
      expectSameDistribution(throughRows("tokens", shots, 1), throughRows("moments", shots, 2), { shots });
    });

    it(`may be drawn by their products with two vectors alone (n = ${shots})`, () => {
      expectSameDistribution(throughRows("tokens", shots, 3), throughProducts(shots, 4), { shots });
    });
  }

  it("may be drawn by products with parallel and with vanishing vectors too", () => {
    const zero = new Float64Array(SIZE);
    const double = V.map((x) => 2 * x);
    for (const [u, v] of [
      [double, V],
      [U, zero],
      [zero, V],
    ] as const) {
      expectSameDistribution(throughRows("tokens", 5, 5, u, v), throughProducts(5, 6, u, v), { u, v });
    }
  });

  it("have the mean n E zzᵀ of a labelled token", () => {
    const sampler = new ContextSampler(PROBLEM, "moments");
    const random = new RandomSource(7);
    const rows = new Float64Array(SIZE * SIZE);
    const sum = new Float64Array(SIZE * SIZE);
    const square = new Float64Array(SIZE * SIZE);
    const draws = 40_000;
    for (let k = 0; k < draws; k += 1) {
      sampler.draw(TASK, 6, random, rows, 0);
      for (let i = 0; i < SIZE; i += 1) {
        for (let j = 0; j < SIZE; j += 1) {
          let entry = 0;
          for (let at = 0; at < rows.length; at += SIZE) entry += rows[at + i]! * rows[at + j]!;
          sum[i * SIZE + j]! += entry;
          square[i * SIZE + j]! += entry * entry;
        }
      }
    }
    // Σθ = (0.85, −0.75), θᵀΣθ + σ² = 0.595 + 0.825 + 0.3.
    const expected = [1, 0, 0, 0, 0, 2, 0.5, 0.85, 0, 0.5, 1, -0.75, 0, 0.85, -0.75, 1.72];
    expected.forEach((value, k) => {
      const mean = sum[k]! / draws;
      const error = Math.sqrt((square[k]! / draws - mean * mean) / draws);
      expectClose(mean, 6 * value, {
        tolerance: 4.5 * error + 1e-12,
        reason: "4.5 standard errors, 16 comparisons",
        input: k,
      });
    });
  });

  it("take as many rows as there are tokens, but never more than D", () => {
    const sampler = new ContextSampler(PROBLEM, "moments");
    expect([0, 1, 3, 4, 5, 1000].map((shots) => sampler.rows(shots))).toEqual([0, 1, 3, 4, 4, 4]);
    expect(new ContextSampler(PROBLEM, "tokens").rows(1000)).toBe(1000);
  });
});

describe("χ", () => {
  it("has E χ² = k and E χ⁴ = k(k + 2), and is distributed as the length of k normals", () => {
    const random = new RandomSource(8);
    for (const degrees of [1, 2, 3, 4, 19, 400]) {
      const chi = new ChiSampler(degrees);
      const squares = Array.from({ length: 20_000 }, () => chi.next(random) ** 2);
      const mean = squares.reduce((sum, x) => sum + x, 0) / squares.length;
      expectClose(mean, degrees, {
        tolerance: 4.5 * Math.sqrt((2 * degrees) / squares.length),
        reason: "4.5 standard errors",
        input: degrees,
      });
      const lengths = Array.from({ length: 4000 }, () => {
        let sum = 0;
        for (let i = 0; i < degrees; i += 1) sum += random.normal() ** 2;
        return sum;
      });
      expect(kolmogorovSmirnov(squares.slice(0, 4000), lengths), `degrees ${degrees}`).toBeLessThan(KS_LIMIT);
    }
    expect(new ChiSampler(0).next(random)).toBe(0);
  });
});
