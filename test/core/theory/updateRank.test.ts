import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/core/algebra/formula";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { afterProducts, lowestRankOptimum, OFFSET_LIMIT_RISK } from "../../../src/core/theory/updateRank";

const r = (value: number) => RATIONAL.from(value);
const whole = fc.integer({ min: -9, max: 9 });
const nonzero = whole.filter((x) => x !== 0);

describe("the erasing products", () => {
  it("make of one covariate g² a constant s², and an antisymmetric part s g", () => {
    const values = { valueVector: [0.5], labelWeight: 2 };
    const { value, keyQuery } = afterProducts(FLOAT, { root: [[3]], scoreRoot: 2, rank: 1 }, values);
    expect(value).toEqual([0, 0.5, 2]);
    expect(keyQuery).toEqual([
      [4, 6, 0],
      [-6, 0, 0],
      [0, 0, 0],
    ]);
  });

  it("leave the squares of the products not made", () => {
    const root = [
      [1, 0],
      [1, 2],
    ];
    const values = { valueVector: [0, 0], labelWeight: 1 };
    const { keyQuery } = afterProducts(FLOAT, { root, scoreRoot: 5, rank: 1 }, values);
    expect(keyQuery.slice(1, 3).map((row) => row.slice(1, 3))).toEqual([
      [1, 2],
      [2, 4],
    ]);
  });

  it("take the zero-shot risk to σ² when there are d of them, for any block, task and score", () => {
    fc.assert(
      fc.property(fc.array(whole, { minLength: 6, maxLength: 6 }), nonzero, ([a, b, c, d, x, y], s) => {
        const problem = {
          dimension: 2,
          covariance: [
            [r(2), r(1)],
            [r(1), r(3)],
          ],
          noiseVariance: r(7),
        };
        const root = [
          [r(a!), r(b!)],
          [r(c!), r(d!)],
        ];
        const task = [r(x!), r(y!)];
        const optimum = lowestRankOptimum(RATIONAL, root, task, r(s));
        expect(exactRisk(RATIONAL, problem, task, 0, optimum).equals(7)).toBe(true);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it("shift every answer by φᵀΣM_x0 with endless examples: by hand for one covariate", () => {
    // φ = 0.5 + 2·3 = 6.5, σ² + (φ·1·(−6))² + (0·φ − 3)² = 0.1 + 1521 + 9.
    const risk = evaluate(OFFSET_LIMIT_RISK, FLOAT, {
      covariance: [[1]],
      noiseVariance: 0.1,
      gamma: [[0]],
      task: [3],
      valueVector: [0.5],
      labelWeight: 2,
      offset: [-6],
    });
    expect(risk).toBeCloseTo(1530.1, 9);
  });
});
