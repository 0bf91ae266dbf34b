import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factorLdl } from "../../../src/core/algebra/definiteness";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { printRational, type Rational, readRatio } from "../../../src/core/algebra/rational";
import { asRationals, instances } from "../../support/arbitraries";

describe("rationals", () => {
  it.each([
    ["3/10", "3/10"],
    ["-6/4", "-3/2"],
    ["0.1", "1/10"],
    [0.1, "1/10"],
    ["1e-3", "1/1000"],
    [1e21, "1000000000000000000000"],
    ["-.5", "-1/2"],
    ["7", "7"],
  ])("reads %j as %s", (input, expected) => {
    expect(printRational(RATIONAL.from(input))).toBe(expected);
  });

  it.each(["", "x", "1/0", "1/", "/2", "1.5/2", ".", "1e99999", "--1", "NaN", "Infinity"])(
    "refuses %j",
    (input) => {
      expect(readRatio(input)).toBeUndefined();
    },
  );

  it("reads back what it prints", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 10n ** 30n }), (p, q) => {
        const value = RATIONAL.from(`${p}/${q}`);
        expect(RATIONAL.from(printRational(value)).equals(value)).toBe(true);
      }),
      { seed: 1 },
    );
  });

  it("reads the shortest decimal of a float, so that it converts back to the same float", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (x) => {
        fc.pre(Math.abs(x) > 1e-300);
        expect(RATIONAL.toNumber(RATIONAL.from(x))).toBe(x);
      }),
      { seed: 2 },
    );
  });

  it("convert to the nearest float when numerator and denominator are beyond the range of floats", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000_000 }), (p, q) => {
        const huge = 3n ** 1000n;
        const value = RATIONAL.math.fraction(BigInt(p) * huge + 1n, BigInt(q) * huge) as Rational;
        expect(RATIONAL.toNumber(value)).toBe(p === 0 ? RATIONAL.toNumber(value) : p / q);
        expect(Number.isFinite(RATIONAL.toNumber(value))).toBe(true);
      }),
      { seed: 4 },
    );
  });
});

describe("LDLᵀ", () => {
  it("reproduces a definite matrix exactly", () => {
    fc.assert(
      fc.property(instances(4), (instance) => {
        const { covariance } = asRationals(instance).problem;
        const factors = factorLdl(RATIONAL, covariance)!;
        const rebuilt = covariance.map((_, i) =>
          covariance.map((_row, j) =>
            factors.pivots.reduce(
              (sum, pivot, k) => sum.add(factors.lower[i]![k]!.mul(pivot).mul(factors.lower[j]![k]!)),
              RATIONAL.zero,
            ),
          ),
        );
        expect(rebuilt.map((row) => row.map(printRational))).toEqual(
          covariance.map((row) => row.map(printRational)),
        );
        expect(factors.pivots.every((pivot) => RATIONAL.sign(pivot) > 0)).toBe(true);
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it.each([
    [
      [
        [1, 2],
        [2, 1],
      ],
      undefined,
    ],
    [
      [
        [0, 1],
        [1, 0],
      ],
      undefined,
    ],
    [[[-1]], undefined],
    [
      [
        [1, 1],
        [1, 1],
      ],
      1,
    ],
    [
      [
        [0, 0],
        [0, 3],
      ],
      1,
    ],
    [[[0]], 0],
    [
      [
        [1, 0.1, 0],
        [0.1, 1, 0.1],
        [0, 0.1, 1],
      ],
      3,
    ],
  ])("of %j has rank %s (undefined: indefinite), in both fields", (matrix, rank) => {
    const count = (pivots: readonly number[] | undefined) => pivots?.filter((x) => x > 0).length;
    expect(count(factorLdl(FLOAT, matrix)?.pivots)).toBe(rank);
    const exact = factorLdl(
      RATIONAL,
      matrix.map((row) => row.map(RATIONAL.from)),
    );
    expect(count(exact?.pivots.map((pivot) => pivot.valueOf()))).toBe(rank);
  });
});
