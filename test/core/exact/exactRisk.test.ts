import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Vector } from "../../../src/core/algebra/matrix";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { predictLabel } from "../../../src/core/model/reducedPrediction";
import type { Prompt } from "../../../src/core/problem/prompt";
import type { RegressionProblem } from "../../../src/core/problem/regressionProblem";
import { asFloats, asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";
import { gaussianMean } from "../../support/quadrature";

describe("exact risk", () => {
  it("is computed by hand for d = 1, n = 0", () => {
    // Σ = 4, M = diag(1, 2, 0), v = (0, 3, 0): f = (1 + 2x²)·3x, and θ = 5.
    // f − θx = −2x + 6x³, E(..)² = 4·E x² − 24·E x⁴ + 36·E x⁶ = 4·4 − 24·48 + 36·960 = 33424; plus σ² = 1/2.
    const problem = {
      dimension: 1,
      covariance: [[RATIONAL.from(4)]],
      noiseVariance: RATIONAL.from("1/2"),
    };
    const parameters = {
      value: [0, 3, 0].map(RATIONAL.from),
      keyQuery: [
        [1, 0, 0],
        [0, 2, 0],
        [0, 0, 0],
      ].map((row) => row.map(RATIONAL.from)),
    };
    const risk = exactRisk(RATIONAL, problem, [RATIONAL.from(5)], 0, parameters);
    expect(risk.toFraction()).toBe("66849/2");
  });

  it("is computed by hand for d = 1, n = 1", () => {
    // Σ = 1, M = e_x e_xᵀ, v = (0, 0, 1): f = ½ x₁ x_q y₁ with y₁ = θx₁ + ε₁.
    // E(f − θx_q)² = ¼(3θ² + σ²) − θ² + θ², and the noise of the query's label adds σ².
    const [theta, noise] = ["2/3", "1/5"].map(RATIONAL.from) as [
      ReturnType<typeof RATIONAL.from>,
      ReturnType<typeof RATIONAL.from>,
    ];
    const problem = { dimension: 1, covariance: [[RATIONAL.one]], noiseVariance: noise };
    const parameters = {
      value: [0, 0, 1].map(RATIONAL.from),
      keyQuery: [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ].map((row) => row.map(RATIONAL.from)),
    };
    const expected = theta.mul(theta).mul(3).add(noise).div(4).add(noise);
    expect(exactRisk(RATIONAL, problem, [theta], 1, parameters).toFraction()).toBe(expected.toFraction());
  });

  it("equals Gauss-Hermite quadrature of the squared error of the forward formula", () => {
    fc.assert(
      fc.property(instances(2), fc.integer({ min: 0, max: 1 }), (instance, n) => {
        const { problem, task, parameters } = asFloats(instance);
        const reference = quadratureRisk(problem, task, n, (prompt) => predictLabel(parameters, prompt));
        expectClose(exactRisk(FLOAT, problem, task, n, parameters), reference, {
          tolerance: 1e-9 * (1 + reference),
          reason: "rounding of up to 4⁵ quadrature terms that cancel in part",
          input: { instance, n },
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("over floats agrees with exact rationals", () => {
    fc.assert(
      fc.property(instances(4), (instance) => {
        const floats = asFloats(instance);
        const exact = asRationals(instance);
        const got = exactRisk(FLOAT, floats.problem, floats.task, floats.shots, floats.parameters);
        const expected = exactRisk(
          RATIONAL,
          exact.problem,
          exact.task,
          exact.shots,
          exact.parameters,
        ).valueOf();
        expectClose(got, expected, {
          tolerance: 1e-12 * expected,
          reason: "relative rounding in O(d³) sums",
          input: instance,
        });
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it("tends to its n → ∞ value like 1/N", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, task, parameters } = asRationals(instance);
        const risk = (shots: number | "infinity") => exactRisk(RATIONAL, problem, task, shots, parameters);
        const limit = risk("infinity");
        // R is a quadratic polynomial in 1/N, so N·(R − limit) is linear in 1/N: three points determine each other.
        const scaled = (tokens: number) =>
          risk(tokens - 1)
            .sub(limit)
            .mul(tokens);
        const [at10, at20, at40] = [scaled(10), scaled(20), scaled(40)];
        const extrapolated = at20
          .sub(at10)
          .mul(RATIONAL.from("1/40").sub(RATIONAL.from("1/20")))
          .div(RATIONAL.from("1/20").sub(RATIONAL.from("1/10")))
          .add(at20);
        expect(at40.toFraction()).toBe(extrapolated.toFraction());
      }),
      { numRuns: 30, seed: 3 },
    );
  });
});

/** E (f − y)² by quadrature over the query (d normals), n examples (d each) and their noises. */
function quadratureRisk(
  problem: RegressionProblem,
  task: Vector,
  n: number,
  predict: (prompt: Prompt) => number,
): number {
  const d = problem.dimension;
  const root = cholesky2(problem.covariance);
  const draw = (normals: readonly number[]): number[] =>
    root.map((row) => row.reduce((sum, value, k) => sum + value * normals[k]!, 0));
  const dotTask = (x: readonly number[]): number => x.reduce((sum, value, i) => sum + value * task[i]!, 0);
  const noise = Math.sqrt(problem.noiseVariance);
  const squaredError = gaussianMean(d + n * (d + 1), (normals) => {
    const query = draw(normals.slice(0, d));
    const examples = Array.from({ length: n }, (_, j) =>
      normals.slice(d + j * (d + 1), d + (j + 1) * (d + 1)),
    );
    const covariates = examples.map((example) => draw(example.slice(0, d)));
    const labels = covariates.map((x, j) => dotTask(x) + noise * examples[j]![d]!);
    return (predict({ covariates, labels, query }) - dotTask(query)) ** 2;
  });
  return squaredError + problem.noiseVariance;
}

/** Cholesky factor of a 1 × 1 or 2 × 2 covariance. */
function cholesky2(covariance: readonly (readonly number[])[]): number[][] {
  const a = Math.sqrt(covariance[0]![0]!);
  if (covariance.length === 1) return [[a]];
  const b = covariance[1]![0]! / a;
  return [
    [a, 0],
    [b, Math.sqrt(covariance[1]![1]! - b * b)],
  ];
}
