import { describe, expect, it } from "vitest";
import { RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { primeField } from "../../../src/core/algebra/primeField";
import { expressionTex } from "../../../src/core/algebra/tex";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import type { Regime } from "../../../src/core/problem/regime";
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

describe("what a caller without types may hand over", () => {
  const { problem: small, pretraining } = isotropicSetting({
    dimension: 2,
    noiseVariance: 0.1,
    pretrainingShots: 3,
  });
  const predicted = (...given: readonly unknown[]) =>
    (predict as (...all: readonly unknown[]) => ReturnType<typeof predict>)(...given);
  const valueOnly: Regime = { kind: "zero-shot-value", targetTask: [1, 0] };

  it.each<readonly [string, string, () => unknown]>([
    ["no problem", "problem", () => predicted(undefined, pretraining, valueOnly)],
    ["no pretraining", "pretraining", () => predicted(small, null, valueOnly)],
    ["no regime", "regime", () => predicted(small, pretraining, null)],
    ["a regime of no name", "regime.kind", () => predicted(small, pretraining, { kind: "nope" })],
    ["the name of a method", "regime.kind", () => predicted(small, pretraining, { kind: "constructor" })],
    [
      "a typed array as the target",
      "targetTask",
      () => predicted(small, pretraining, { ...valueOnly, targetTask: Float64Array.of(1, 0) }),
    ],
    [
      "a typed array as the task",
      "task",
      () => predicted(small, pretraining, valueOnly).risk(Float64Array.of(1, 0) as never, 2),
    ],
    [
      "a billion dimensions",
      "dimension",
      () => isotropicSetting({ dimension: 1e9, noiseVariance: 0, pretrainingShots: 1 }),
    ],
    ["no expression", "expression", () => expressionTex("\\\\")],
  ])("%s is refused by name", (_, field, call) => {
    expect(call).toThrow(expect.objectContaining({ name: "InputError", field }));
  });
});
