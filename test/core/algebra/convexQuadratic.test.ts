import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  evaluateQuadratic,
  halfGradient,
  minimiseQuadratic,
} from "../../../src/core/algebra/convexQuadratic";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { asRationals, instances } from "../../support/arbitraries";

const numbers = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((x) => RATIONAL.from(x)));

describe("minimum of a convex quadratic", () => {
  it("is stationary, and its value is the quadratic's there, in rationals", () => {
    fc.assert(
      fc.property(instances(4), (instance) => {
        const { problem, task, free } = asRationals(instance);
        const quadratic = { curvature: problem.covariance, slope: task, constant: free[0]! };
        const { point, value } = minimiseQuadratic(RATIONAL, quadratic)!;
        expect(halfGradient(RATIONAL, quadratic, point).map(String)).toEqual(task.map(() => "0"));
        expect(evaluateQuadratic(RATIONAL, quadratic, point).toFraction()).toBe(value.toFraction());
      }),
      { numRuns: 50, seed: 61 },
    );
  });

  it("leaves directions it does not see at zero", () => {
    const singular = {
      curvature: numbers([
        [1, 1],
        [1, 1],
      ]),
      slope: [RATIONAL.one, RATIONAL.one],
      constant: RATIONAL.zero,
    };
    const { point, value } = minimiseQuadratic(RATIONAL, singular)!;
    expect([...point, value].map(String)).toEqual(["1", "0", "-1"]);
  });

  it("does not exist for an indefinite or an unbounded quadratic", () => {
    const indefinite = {
      curvature: [
        [1, 2],
        [2, 1],
      ],
      slope: [0, 0],
      constant: 0,
    };
    const unbounded = {
      curvature: [
        [1, 0],
        [0, 0],
      ],
      slope: [0, 1],
      constant: 0,
    };
    expect(minimiseQuadratic(FLOAT, indefinite)).toBeUndefined();
    expect(minimiseQuadratic(FLOAT, unbounded)).toBeUndefined();
  });
});
