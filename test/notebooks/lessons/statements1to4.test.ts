import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { forwardLabel } from "../../../src/core/model/linearAttention";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import type { Prompt } from "../../../src/core/problem/prompt";
import { unitTask } from "../../../src/core/problem/unitTask";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { gradientFlowOptimum } from "../../../src/core/theory/gradientFlowSelection";
import { pretrainedBlock, pretrainedRisk } from "../../../src/core/theory/pretraining";
import { zeroShotFullRisk } from "../../../src/core/theory/zeroShotFull";

/** Sentences of lessons 1 to 4 that no cell computes, each held against the package. */
const RUNS = { seed: 14, numRuns: 60 };
const noises = fc.double({ min: 0, max: 3, noNaN: true });
const diagonal = (d: number, scale: number) =>
  Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_x, j) => (i === j ? scale : 0)));

describe("lesson 1", () => {
  it("the layer with Γ = I is no better than none for n up to d(1 + σ²) − 1, and better beyond", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), noises, fc.integer({ min: 1, max: 60 }), (d, noise, n) => {
        const { problem } = isotropicSetting({ dimension: d, noiseVariance: noise, pretrainingShots: 1 });
        const layer = blockParameters(FLOAT, { block: diagonal(d, 1) });
        const risk = (shots: number) => exactRisk(FLOAT, problem, unitTask(d, 0), shots, layer);
        const border = d * (1 + noise) - 1;
        fc.pre(Math.abs(n - border) > 1e-6);
        expect(risk(n) < risk(0), `d = ${d}, σ² = ${noise}, n = ${n}, border ${border}`).toBe(n > border);
      }),
      RUNS,
    );
  });
});

describe("lesson 2, exercise 2.4: of two layers", () => {
  const random = new RandomSource(24);
  const normals = (count: number) => Array.from({ length: count }, () => random.normal());
  const square = () => normals(4).map(() => normals(4));
  const layers = [0, 1].map(() => [{ kind: "merged" as const, value: square(), keyQuery: square() }]);
  const prompt: Prompt = { covariates: [normals(2), normals(2)], labels: normals(2), query: normals(2) };

  /** The degree of a polynomial, by its differences at whole numbers: those of the degree are the last that are not zero. */
  const degreeOf = (f: (t: number) => number): number => {
    let row = Array.from({ length: 14 }, (_, t) => f(t));
    for (let degree = 0; ; degree += 1) {
      const size = Math.max(...row.map(Math.abs));
      row = row.slice(1).map((value, t) => value - row[t]!);
      if (row.every((value) => Math.abs(value) < 1e-9 * size)) return degree;
    }
  };

  it("the prediction has degree 8 in the parameters", () => {
    const scaled = (t: number) =>
      layers.map(([head]) => [
        {
          ...head!,
          value: head!.value.map((row) => row.map((x) => t * x)),
          keyQuery: head!.keyQuery.map((row) => row.map((x) => t * x)),
        },
      ]);
    expect(degreeOf((t) => forwardLabel(scaled(t), prompt))).toBe(8);
    expect(degreeOf((t) => forwardLabel(scaled(t).slice(0, 1), prompt))).toBe(2);
  });

  it("and degree 9 in the numbers of the prompt", () => {
    const scaled = (t: number): Prompt => ({
      covariates: prompt.covariates.map((row) => row.map((x) => t * x)),
      labels: prompt.labels.map((y) => t * y),
      query: prompt.query.map((x) => t * x),
    });
    expect(degreeOf((t) => forwardLabel(layers, scaled(t)))).toBe(9);
    expect(degreeOf((t) => forwardLabel(layers.slice(0, 1), scaled(t)))).toBe(3);
  });
});

describe("lesson 3", () => {
  it("exercise 3.2: outside the span of its tasks the layer is worse than silence at every n ≥ 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        noises,
        fc.integer({ min: 1, max: 500 }),
        (d, noiseVariance, n) => {
          const cube = { dimension: d, covariance: diagonal(d, 1), noiseVariance };
          const taskCovariance = diagonal(d, 1 / (d - 1)).map((row, i) =>
            row.map((x) => (i < d - 1 ? x : 0)),
          );
          const block = pretrainedBlock(FLOAT, cube, { taskCovariance, shots: "infinity" });
          const outside = (shots: number) => pretrainedRisk(FLOAT, cube, block, unitTask(d, d - 1), shots);
          expect(outside(n)).toBeGreaterThan(outside(0));
        },
      ),
      RUNS,
    );
  });

  it("exercise 3.3: for all but short prompts the best pretraining length lies below the mean test length", () => {
    const best = (d: number, noiseVariance: number, longest: number): number => {
      const averages = Array.from({ length: 100 }, (_, i) => {
        const { problem, pretraining } = isotropicSetting({
          dimension: d,
          noiseVariance,
          pretrainingShots: i + 1,
        });
        const block = pretrainedBlock(FLOAT, problem, pretraining);
        const risk = (n: number) => pretrainedRisk(FLOAT, problem, block, unitTask(d, 0), n);
        return Array.from({ length: longest + 1 }, (_x, n) => risk(n)).reduce((s, x) => s + x, 0);
      });
      return 1 + averages.indexOf(Math.min(...averages));
    };
    for (const [d, noise, longest] of [
      [1, 0, 10],
      [2, 0.5, 20],
      [5, 0.1, 40],
      [3, 2, 40],
    ] as const) {
      const found = best(d, noise, longest);
      expect(found, `d = ${d}, σ² = ${noise}, n up to ${longest}`).toBeLessThan(longest / 2);
      // The solution's formula, which knows neither d nor σ²; the best whole number is the one below or above it.
      const sum = (of: (n: number) => number) =>
        Array.from({ length: longest + 1 }, (_, n) => of(n)).reduce((all, x) => all + x, 0);
      const tokens = sum((n) => n / (n + 1)) / sum((n) => n / (n + 1) ** 2);
      expect(Math.abs(found + 1 - tokens), `d = ${d}, σ² = ${noise}, n up to ${longest}`).toBeLessThan(1);
    }
  });
});

describe("lesson 4", () => {
  it("exercise 4.3: on the way to the optimum |v|² and |M|² rise, by the same amount", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 2, noNaN: true }), { minLength: 2, maxLength: 5 }),
        (entries) => {
          const gamma = entries.map((x, i) => entries.map((_, j) => (i === j ? x : 0)));
          const target = unitTask(entries.length, 0);
          const c = gradientFlowOptimum(gamma, target).scoreScale;
          const start = entries.reduce((sum, x) => sum + x * x, 0);
          const [riseOfM, riseOfV] = [c * c - start, 1 / (c * c)];
          expect(riseOfM).toBeGreaterThan(0);
          // Relative to |M|², in which the difference is taken; 64 roundings at most.
          expect(Math.abs(riseOfM - riseOfV)).toBeLessThan(64 * Number.EPSILON * (c * c + 1));
        },
      ),
      RUNS,
    );
  });

  it("where gradient flow ends, every task has at any n ≥ 1 more than the risk of predicting zero", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        noises,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 1000 }),
        (d, noiseVariance, pretrainingShots, n) => {
          const { problem, pretraining } = isotropicSetting({
            dimension: d,
            noiseVariance,
            pretrainingShots,
          });
          const [target, unrelated] = [unitTask(d, 0), unitTask(d, 1)];
          const branch = gradientFlowOptimum(pretrainedBlock(FLOAT, problem, pretraining), target);
          for (const task of [target, unitTask(d, 0, -1), unrelated]) {
            const risk = zeroShotFullRisk(FLOAT, problem, { targetTask: target, task }, branch, n);
            expect(risk, `task ${task}, c = ${branch.scoreScale}`).toBeGreaterThan(noiseVariance + 1);
          }
        },
      ),
      RUNS,
    );
  });

  it("exercise 4.2: at c = 0.75 and σ² = 0.5 the nearest whole number to the top is not the worst n", () => {
    const line = { dimension: 1, covariance: [[1]], noiseVariance: 0.5 };
    const branch = { branch: "constant-score" as const, scoreScale: 0.75, labelWeight: 1 };
    const risks = Array.from({ length: 60 }, (_, n) =>
      zeroShotFullRisk(FLOAT, line, { targetTask: [1], task: [1] }, branch, n),
    );
    const q = 1.75 ** 2 + 0.75 ** 2 * 0.5;
    const worst = risks.indexOf(Math.max(...risks));
    expect([Math.round(q / (q - 2)), worst]).toEqual([2, 3]);
  });

  it("exercise 4.4: the best label weight leaves ‖θ₀‖²σ²/(‖θ₀‖² + σ²) of the examples' noise", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 4, noNaN: true }),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (square, noise, other) => {
          const left = (cw: number) => (1 + cw) ** 2 * square + cw ** 2 * noise;
          const least = (square * noise) / (square + noise);
          expect(left(-square / (square + noise))).toBeCloseTo(least, 10);
          expect(left(other)).toBeGreaterThanOrEqual(least - 1e-12);
        },
      ),
      RUNS,
    );
  });
});
