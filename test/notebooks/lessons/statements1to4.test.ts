import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { forwardLabel } from "../../../src/core/model/linearAttention";
import { predictLabel } from "../../../src/core/model/reducedPrediction";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import type { Prompt } from "../../../src/core/problem/prompt";
import { unitTask } from "../../../src/core/problem/unitTask";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { gradientFlowOptimum } from "../../../src/core/theory/gradientFlowSelection";
import { pretrainedBlock, pretrainedRisk } from "../../../src/core/theory/pretraining";
import { zeroShotFullParameters, zeroShotFullRisk } from "../../../src/core/theory/zeroShotFull";
import { cellOf, said } from "./support/storedLesson";

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

describe("lesson 1's first figure", () => {
  it("is not said to show that every further example teaches: the first ones may cost", () => {
    const { problem } = isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: 1 });
    const layer = blockParameters(FLOAT, { block: diagonal(5, 1) });
    const risk = (n: number) => exactRisk(FLOAT, problem, unitTask(5, 0), n, layer);
    expect(risk(1)).toBeGreaterThan(risk(0));
    expect(risk(8)).toBeLessThan(risk(0));
    const text = said("01-in-context-learning-in-one-layer.ipynb", "opening-read");
    expect(text).toContain("from panel to panel there is more to read");
    expect(text).not.toContain("the more it knows");
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
  it("needs tasks that are as likely as their opposites: on prompts of one task alone another layer is better", () => {
    const { problem } = isotropicSetting({ dimension: 3, noiseVariance: 0.1, pretrainingShots: 1 });
    const task = [0.6, 0, 0.8];
    const taskCovariance = task.map((a) => task.map((b) => a * b));
    const block = pretrainedBlock(FLOAT, problem, { taskCovariance, shots: 20 });
    // Content constant, score θᵀx_q: every token says the answer (lesson 6's memoriser).
    const memoriser = blockParameters(FLOAT, {
      block: diagonal(3, 0),
      valueConstant: 1,
      firstRow: task,
      labelWeight: 0,
    });
    expect(exactRisk(FLOAT, problem, task, 20, memoriser)).toBeCloseTo(0.1, 12);
    expect(pretrainedRisk(FLOAT, problem, block, task, 20)).toBeGreaterThan(0.11);
    const text = [cellOf("03-what-pretraining-learns.ipynb", "optimum").source].flat().join("");
    expect(text).toContain("with $\\theta$ and $-\\theta$ equally likely");
  });

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

  it("the mirrored solution answers with a multiple of θ₀ᵀx_q and a number that no query changes", () => {
    const { problem } = isotropicSetting({ dimension: 2, noiseVariance: 0.3, pretrainingShots: 20 });
    const [target, task, n, c] = [unitTask(2, 0), [0.5, 0.7], 3, 1.4];
    for (const keyShare of [0, 0.5, 1]) {
      const model = zeroShotFullParameters(FLOAT, target, {
        branch: "constant-value",
        scoreScale: c,
        keyShare,
        labelWeight: 1,
      });
      // The mean over the examples: their covariates at ±e_i stand for all second moments, and noise has none.
      const meanAt = (query: readonly number[]): number => {
        const points = [0, 1].flatMap((i) =>
          [1, -1].map((sign) => unitTask(2, i).map((x) => x * sign * Math.SQRT2)),
        );
        const answers = points.map((x) => {
          const labels = Array.from({ length: n }, () => x[0]! * task[0]! + x[1]! * task[1]!);
          return predictLabel(model, { covariates: labels.map(() => x), labels, query });
        });
        return answers.reduce((sum, f) => sum + f, 0) / answers.length;
      };
      const constant = ((n / (n + 1)) * keyShare * task[0]!) / c;
      for (const query of [
        [0, 0],
        [1, 0],
        [0, 1],
        [-2, 3],
      ]) {
        const along = (((1 - keyShare) * n + 1) / (n + 1)) * query[0]!;
        expect(meanAt(query), `ρ = ${keyShare}, query ${query}`).toBeCloseTo(constant + along, 12);
      }
      // A labelled token says it times 1 + wy/c: noise, even where nothing is diluted.
      const risk = exactRisk(FLOAT, problem, target, 1, model);
      expect(risk).toBeGreaterThan(problem.noiseVariance + 0.1);
    }
    const text = [cellOf("04-full-fine-tuning-forgets.ipynb", "mirrored").source].flat().join("");
    expect(text).toContain("plus a number that is the same for every query");
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

describe("exercise 1.3", () => {
  it("asks at no input whose answer hangs on a tie, which rounding would decide", () => {
    const source = [cellOf("01-in-context-learning-in-one-layer.ipynb", "check-1-3").source].flat().join("");
    const inputs = JSON.parse(/inputs: (\[\[.*\]\])/.exec(source)![1]!) as [number, number, number][];
    expect(inputs.length).toBeGreaterThan(4);
    for (const [d, scale, noise] of inputs) {
      const crossing = (scale * (d * (1 + noise) + 1) - 2) / (2 - scale);
      expect(Math.abs(crossing - Math.round(crossing)), `${[d, scale, noise]}: ${crossing}`).toBeGreaterThan(
        0.05,
      );
    }
  });
});
