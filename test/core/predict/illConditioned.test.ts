import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrixFrom } from "../../../src/core/algebra/matrix";
import { FLOAT, RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { roundingBound } from "../../../src/core/exact/roundingBound";
import { balanced } from "../../../src/core/model/balanced";
import { auxiliaryFullOptimum } from "../../../src/core/predict/auxiliaryFull";
import { UnsettledError } from "../../../src/core/predict/dampedNewton";
import { predict } from "../../../src/core/predict/predict";
import { predictExactly } from "../../../src/core/predict/predictExactly";
import type { Regime } from "../../../src/core/problem/regime";
import type { Pretraining, RegressionProblem } from "../../../src/core/problem/regressionProblem";
import { whiten } from "../../../src/core/problem/whitening";
import { blockParameters } from "../../../src/core/theory/blockParameters";

const rational = (x: number): Rational => RATIONAL.from(x);
const rationals = (matrix: readonly (readonly number[])[]) => matrix.map((row) => row.map(rational));

/** Σ of condition 10¹², as it stands in the issue. */
const NEARLY_SINGULAR: RegressionProblem = {
  dimension: 2,
  covariance: [
    [640000.00000036, -479999.99999952],
    [-479999.99999952, 360000.00000064],
  ],
  noiseVariance: 0.1,
};
const HALF = matrixFrom(2, 2, (i, j) => (i === j ? 0.5 : 0));

describe("predictions of nearly singular problems", () => {
  it("have the digits of the rationals for value-only fine-tuning at condition 10¹²", () => {
    const { risk } = predict(
      NEARLY_SINGULAR,
      { taskCovariance: HALF, shots: "infinity" },
      { kind: "zero-shot-value", targetTask: [1, 0.5] },
    );
    // 250000300001/3000000, 102250216450409/1984500000 and 250003600001/36000000, from --exact.
    for (const [shots, numerator, denominator] of [
      [0, 250000300001, 3000000],
      [20, 102250216450409, 1984500000],
      ["infinity", 250003600001, 36000000],
    ] as const)
      expect(risk([1, 0.5], shots) / (numerator / denominator)).toBeCloseTo(1, 11);
  });

  it("of a descent say how far the risks of the printed parameters may be from theirs", () => {
    const problem: RegressionProblem = {
      dimension: 3,
      covariance: [
        [4.4522753104433255, -5.189301776906235, 5.745527741369037],
        [-5.189301776906235, 6.048337277204092, -6.696647676787506],
        [5.745527741369037, -6.696647676787506, 7.414471264146383],
      ],
      noiseVariance: 0.1,
    };
    const taskCovariance = [
      [116.64671538877593, -8.280784558226376, 18.961451154386626],
      [-8.280784558226376, 1.1548715758800117, -0.7492773398168553],
      [18.961451154386626, -0.7492773398168553, 3.7367590664511257],
    ];
    const targetTask = [-0.003397535523466405, 0.0038989169057837406, -0.03382995065403979];
    const { parameters, risk, errorBound } = predict(
      problem,
      { taskCovariance, shots: "infinity" },
      { kind: "auxiliary-full", targetTask, auxiliaryShots: 20, auxiliaryWeight: 1e6 },
    );
    const exactly = {
      value: parameters.value.map(rational),
      keyQuery: rationals(parameters.keyQuery),
    };
    for (const shots of [0, 1, 20]) {
      const truth = RATIONAL.toNumber(
        exactRisk(
          RATIONAL,
          { dimension: 3, covariance: rationals(problem.covariance), noiseVariance: rational(0.1) },
          targetTask.map(rational),
          shots,
          exactly,
        ),
      );
      const off = Math.abs(risk(targetTask, shots) - truth);
      // 2e-6 of the risk at 0 shots: a silent answer is good to 1e-9.
      expect(off, `${shots} shots: off by ${off}`).toBeLessThan(errorBound(targetTask, shots));
    }
  });

  it("stay within their error bound of the rationals, whatever the condition, scale, regime and shots", () => {
    const entry = fc.integer({ min: -9, max: 9 });
    const regime = fc.constantFrom(
      { kind: "pretrained" },
      { kind: "zero-shot-value", targetTask: [1, 2, -1] },
      { kind: "auxiliary-value", targetTask: [1, 2, -1], auxiliaryShots: 5, auxiliaryWeight: "annealed" },
      { kind: "auxiliary-value", targetTask: [1, 2, -1], auxiliaryShots: 5, auxiliaryWeight: 2 },
    ) as fc.Arbitrary<Regime>;
    const question = fc.record({
      lower: fc.array(entry, { minLength: 3, maxLength: 3 }),
      // Pivots of Σ: from 10⁻⁸ to 10⁸.
      pivots: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 3, maxLength: 3 }),
      task: fc.array(entry, { minLength: 3, maxLength: 3 }),
      shots: fc.constantFrom(0, 1, 20, "infinity" as const),
      pretrained: fc.constantFrom(1, 20, "infinity" as const),
      regime,
    });
    fc.assert(
      fc.property(question, ({ lower, pivots, task, shots, pretrained, regime }) => {
        const [a = 0, b = 0, c = 0] = lower;
        const L = [[1, 0, 0], [a, 1, 0], [b, c, 1]]; // biome-ignore format: rows
        const exact = matrixFrom(3, 3, (i, j) =>
          pivots.reduce(
            (sum, power, k) => sum.add(rational(10 ** power).mul(rational(L[i]![k]! * L[j]![k]!))),
            RATIONAL.zero,
          ),
        );
        // The question is about the decimals that the floats print as.
        const covariance = exact.map((row) => row.map(RATIONAL.toNumber));
        const problem: RegressionProblem = { dimension: 3, covariance, noiseVariance: 0.5 };
        const identity = matrixFrom(3, 3, (i, j) => (i === j ? 1 : 0));
        const pretraining: Pretraining = { taskCovariance: identity, shots: pretrained };
        const rounded = predict(problem, pretraining, regime);
        const truth = predictExactly(
          { dimension: 3, covariance: rationals(covariance), noiseVariance: rational(0.5) },
          { taskCovariance: rationals(identity), shots: pretrained },
          regime.kind === "pretrained"
            ? regime
            : ({
                ...regime,
                targetTask: regime.targetTask.map(rational),
                ...("auxiliaryWeight" in regime && regime.auxiliaryWeight !== "annealed"
                  ? { auxiliaryWeight: rational(regime.auxiliaryWeight) }
                  : {}),
              } as Regime<Rational>),
        );
        const wanted = RATIONAL.toNumber(truth.risk(task.map(rational), shots));
        const bound = rounded.errorBound(task, shots);
        expect(Math.abs(rounded.risk(task, shots) - wanted)).toBeLessThanOrEqual(bound);
        // The bound says something: it knows no condition of Σ, only the sizes of label and tasks.
        const length = (theta: readonly number[]): number => Math.hypot(...whiten(problem).task(theta)) ** 2;
        expect(bound).toBeLessThan(1e-8 * (1 + length(task) + length([1, 2, -1])));
      }),
      { numRuns: 25, seed: 17 },
    );
  });

  it.each([1e-6, 1, 1e4, 1e5, 1e6, 1e8])(
    "find a minimum of auxiliary-full for Σ = [[%d]], where the loss is below that of the start",
    (variance) => {
      const problem: RegressionProblem = { dimension: 1, covariance: [[variance]], noiseVariance: 0.1 };
      const { optimisation, risk } = predict(
        problem,
        { taskCovariance: [[1]], shots: 20 },
        { kind: "auxiliary-full", targetTask: [1], auxiliaryShots: 20, auxiliaryWeight: 1 },
      ) as Extract<ReturnType<typeof predict>, { method: "exact optimisation" }>;
      const start = predict(problem, { taskCovariance: [[1]], shots: 20 }, { kind: "pretrained" });
      const loss = risk([1], 0) + risk([1], 20);
      // In units of the target, in which the loss holds the noise, 0.1 over the variance.
      expect(optimisation.gradientNorm).toBeLessThan(1e-8 * Math.max(1, 0.1 / variance));
      expect(loss).toBeLessThan(start.risk([1], 0) + start.risk([1], 20));
      expect(loss).toBeGreaterThanOrEqual(optimisation.lowerBoundWithoutConstant * (1 - 1e-6));
      expect(optimisation.loss / loss).toBeCloseTo(1, 6);
    },
  );

  it("do not call a point an optimum whose gradient is large", () => {
    const problem: RegressionProblem = { dimension: 1, covariance: [[1e6]], noiseVariance: 0.1 };
    const start = blockParameters(FLOAT, { block: [[1e-6]] });
    // In these coordinates descent gets nowhere; predict changes them.
    expect(() => auxiliaryFullOptimum(problem, start, [1], { shots: 20, weight: 1 })).toThrow(UnsettledError);
  });
});

describe("the bound on rounding", () => {
  it("holds for the risk near an optimum with noise 10⁻¹² and condition 10¹⁴", () => {
    const covariance = [
      [1e7, 1e7 - 1e-7],
      [1e7 - 1e-7, 1e7],
    ];
    const problem: RegressionProblem = { dimension: 2, covariance, noiseVariance: 1e-12 };
    const exact = { dimension: 2, covariance: rationals(covariance), noiseVariance: rational(1e-12) };
    const { parameters } = predictExactly(
      exact,
      { taskCovariance: rationals(HALF), shots: "infinity" },
      { kind: "pretrained" },
    );
    const rounded = {
      value: parameters.value.map(RATIONAL.toNumber),
      keyQuery: parameters.keyQuery.map((row) => row.map(RATIONAL.toNumber)),
    };
    const truth = RATIONAL.toNumber(
      exactRisk(RATIONAL, exact, [rational(1), rational(-2)], "infinity", {
        value: rounded.value.map(rational),
        keyQuery: rationals(rounded.keyQuery),
      }),
    );
    const inFloats = exactRisk(FLOAT, problem, [1, -2], "infinity", rounded);
    const bound = roundingBound(problem, [1, -2], "infinity", rounded);
    expect(Math.abs(inFloats - truth)).toBeLessThanOrEqual(bound);
    // And it says that no digit of the float is right.
    expect(bound).toBeGreaterThan(truth);
  });
});

describe("changing variables", () => {
  it("whitens: LᵀL of tasks is the Σ-norm, and back is the inverse", () => {
    const problem: RegressionProblem = { dimension: 2, covariance: [[2, 1], [1, 3]], noiseVariance: 0 }; // biome-ignore format: rows
    const { task, taskCovariance, matrixBack, vectorBack } = whiten(problem);
    const white = task([1, -2]);
    // (1, −2) Σ (1, −2)ᵀ = 2 − 4 + 12.
    expect(white.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(10, 14);
    // L⁻ᵀ I L⁻¹ = Σ⁻¹, and L⁻ᵀ Lᵀθ = θ.
    const inverse = [3 / 5, -1 / 5, -1 / 5, 2 / 5];
    matrixBack([
      [1, 0],
      [0, 1],
    ])
      .flat()
      .forEach((x, k) => {
        expect(x).toBeCloseTo(inverse[k]!, 14);
      });
    vectorBack(white).forEach((x, k) => {
      expect(x).toBeCloseTo([1, -2][k]!, 14);
    });
    // tr(LᵀΣ⁻¹L) = tr(Σ⁻¹Σ) = 2.
    const gram = taskCovariance([inverse.slice(0, 2), inverse.slice(2)]);
    expect(gram[0]![0]! + gram[1]![1]!).toBeCloseTo(2, 14);
  });

  it("balances v and M without changing a risk, where their product alone is a number", () => {
    const problem: RegressionProblem = { dimension: 1, covariance: [[1]], noiseVariance: 0.1 };
    const of = (v: number, m: number) => ({ value: [0, 0, v], keyQuery: [[0, 0, 0], [0, m, 0], [0, 0, 0]] }); // biome-ignore format: rows
    const plain = exactRisk(FLOAT, problem, [1], 3, of(1, 1));
    expect(exactRisk(FLOAT, problem, [1], 3, balanced(of(1e-170, 1e170)))).toBeCloseTo(plain, 12);
    expect(exactRisk(FLOAT, problem, [1], 3, of(1e-170, 1e170))).not.toBeCloseTo(plain, 12);
  });
});
