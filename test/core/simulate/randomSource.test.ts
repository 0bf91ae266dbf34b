import { describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { expectClose } from "../../support/expectClose";

describe("random source", () => {
  it("gives the same numbers for the same seed and stream, other numbers for others", () => {
    const take = (seed: number, stream = 0) => {
      const random = new RandomSource(seed, stream);
      return Array.from({ length: 5 }, () => random.normal());
    };
    expect(take(7, 3)).toEqual(take(7, 3));
    const firsts = [take(7), take(8), take(7, 1), take(2 ** 32 + 7), take(0), take(0, 1)].map(
      ([first]) => first,
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("follows the generator's published recurrence", () => {
    const random = new RandomSource(5);
    const state = Uint32Array.from((random as unknown as { state: Uint32Array }).state);
    const rotate = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0;
    for (let i = 0; i < 100; i += 1) {
      const expected = Math.imul(rotate(Math.imul(state[1]!, 5) >>> 0, 7), 9) >>> 0;
      const t = (state[1]! << 9) >>> 0;
      state[2]! ^= state[0]!;
      state[3]! ^= state[1]!;
      state[1]! ^= state[2]!;
      state[0]! ^= state[3]!;
      state[2]! ^= t;
      state[3] = rotate(state[3]!, 11);
      expect(random.bits()).toBe(expected);
    }
  });

  it("draws normals with the right moments up to the eighth", () => {
    const random = new RandomSource(11);
    const count = 4_000_000;
    const sums = new Float64Array(9);
    for (let i = 0; i < count; i += 1) {
      const x = random.normal();
      let power = 1;
      for (let k = 1; k <= 8; k += 1) {
        power *= x;
        sums[k]! += power;
      }
    }
    // E x^k = (k−1)!! for even k and 0 for odd k; Var x^k = (2k−1)!! − (E x^k)².
    const doubleFactorial = (n: number): number => (n <= 1 ? 1 : n * doubleFactorial(n - 2));
    for (let k = 1; k <= 8; k += 1) {
      const expected = k % 2 === 0 ? doubleFactorial(k - 1) : 0;
      const standardError = Math.sqrt((doubleFactorial(2 * k - 1) - expected ** 2) / count);
      expectClose(sums[k]! / count, expected, {
        tolerance: 4 * standardError,
        reason:
          "4 standard errors; 8 moments, so a false alarm has probability below 6e-4, and the seed is fixed",
        input: { moment: k },
      });
    }
  });

  it("fills the tails and the bulk of the normal distribution in the right proportions", () => {
    const random = new RandomSource(12);
    const count = 2_000_000;
    // P(x < edge) from tables of the normal distribution.
    const table = [
      [-3.5, 2.32629079e-4],
      [-2, 2.275013195e-2],
      [-0.5, 0.3085375387],
      [0, 0.5],
      [1, 0.8413447461],
      [3, 0.998650102],
      [4, 0.9999683288],
    ] as const;
    const below = table.map(() => 0);
    for (let i = 0; i < count; i += 1) {
      const x = random.normal();
      table.forEach(([edge], k) => {
        if (x < edge) below[k]! += 1;
      });
    }
    table.forEach(([edge, probability], k) => {
      expectClose(below[k]! / count, probability, {
        tolerance: 4 * Math.sqrt((probability * (1 - probability)) / count),
        reason: "4 binomial standard errors",
        input: { edge },
      });
    });
  });
});

describe("a block of normals", () => {
  it("holds the numbers that single calls give, and leaves the same state behind", () => {
    const [one, many] = [new RandomSource(5, 2), new RandomSource(5, 2)];
    const block = new Float64Array(50_000);
    many.normals(block, block.length);
    expect([...block]).toEqual(Array.from(block, () => one.normal()));
    expect(many.bits()).toBe(one.bits());
  });
});
