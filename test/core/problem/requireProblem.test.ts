import { describe, expect, it } from "vitest";
import { RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { primeField } from "../../../src/core/algebra/primeField";
import { requireProblem } from "../../../src/core/problem/regressionProblem";

const q = (matrix: readonly (readonly number[])[]) => matrix.map((row) => row.map((x) => RATIONAL.from(x)));
const problem = (covariance: readonly (readonly Rational[])[], noiseVariance = RATIONAL.zero) => ({
  dimension: covariance.length,
  covariance,
  noiseVariance,
});

describe("a problem that is already numbers", () => {
  it("is held to be one over the rationals as over floats", () => {
    requireProblem(
      problem(
        q([
          [2, 1],
          [1, 2],
        ]),
      ),
    );
    expect(() =>
      requireProblem(
        problem(
          q([
            [2, 1],
            [0, 2],
          ]),
        ),
      ),
    ).toThrow(/problem\.covariance: .*symmetric/);
    expect(() =>
      requireProblem(
        problem(
          q([
            [1, 2],
            [2, 4],
          ]),
        ),
      ),
    ).toThrow(/problem\.covariance: .*positive definite/);
    expect(() => requireProblem(problem(q([[1]]), RATIONAL.from("-1/3")))).toThrow(/problem\.noiseVariance/);
  });

  it("is held to its sizes where numbers stand in for rationals and have no order", () => {
    const field = primeField(33554467);
    requireProblem(problem([[field.from(-1)]], field.from(-1)));
  });

  it("may be as nearly singular as floats can tell, and symmetric up to rounding", () => {
    const floats = (covariance: readonly (readonly number[])[]) => ({
      dimension: 2,
      covariance,
      noiseVariance: 0,
    });
    requireProblem(
      floats([
        [1e7, -2e7],
        [-2e7, 4e7 + 1e-7],
      ]),
    );
    requireProblem(
      floats([
        [1, 1e-17],
        [3e-17, 1],
      ]),
    );
    expect(() =>
      requireProblem(
        floats([
          [1, 1e-3],
          [1.1e-3, 1],
        ]),
      ),
    ).toThrow(/symmetric/);
    expect(() =>
      requireProblem(
        floats([
          [1, 1],
          [1, 1],
        ]),
      ),
    ).toThrow(/positive definite/);
  });
});
