import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { predictLabel } from "../../../src/core/model/reducedPrediction";
import { softmaxLabel } from "../../../src/core/model/softmaxAttention";
import { measureRisks, monteCarloChange, monteCarloRisk } from "../../../src/core/simulate/monteCarloRisk";
import { ExampleSampler, samplePrompt } from "../../../src/core/simulate/promptSampler";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { asFloats, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

/** A spread of random problems with parameters near a working model, so that the squared errors have tame tails. */
function randomProblem(index: number) {
  const random = new RandomSource(1000, index);
  const d = 1 + (index % 8);
  const shots = [0, 1, 2, 5, 10, 30][index % 6]!;
  const normals = (length: number, scale: number) => Array.from({ length }, () => scale * random.normal());
  const root = Array.from({ length: d }, () => normals(d, 0.4));
  const covariance = root.map((a, i) =>
    root.map((b, j) => a.reduce((sum, x, k) => sum + x * b[k]!, i === j ? 0.6 : 0)),
  );
  const noise = normals(1, 0.5)[0]! ** 2;
  const keyQuery = Array.from({ length: d + 2 }, (_, i) =>
    normals(d + 2, 0.15).map((x, j) => x + (i === j && i > 0 && i <= d ? 0.5 : 0)),
  );
  const value = normals(d + 2, 0.15).map((x, i) => x + (i === d + 1 ? 1 : 0));
  return {
    problem: { dimension: d, covariance, noiseVariance: noise },
    task: normals(d, 1 / Math.sqrt(d)),
    shots,
    parameters: { value, keyQuery },
  };
}

const PROBLEMS = 200;
const PROMPTS = 20_000;

/** Every problem measured, and computed exactly: once for all that is asked of it. */
const measured = once(() =>
  Array.from({ length: PROBLEMS }, (_, index) => {
    const { problem, task, shots, parameters } = randomProblem(index);
    const options = { prompts: PROMPTS, seed: 42, stream: index };
    const estimate = monteCarloRisk(problem, task, shots, parameters, options);
    return { estimate, exact: exactRisk(FLOAT, problem, task, shots, parameters) };
  }),
);

function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => {
    kept ??= { value: compute() };
    return kept.value;
  };
}

function zScores(distort: (risk: number) => number): readonly number[] {
  return measured().map(({ estimate, exact }) => (estimate.mean - distort(exact)) / estimate.standardError);
}

/** Mean and mean square of z, each in units of its own standard error when z is standard normal. */
function summary(z: readonly number[]): { readonly bias: number; readonly spread: number } {
  const k = z.length;
  const mean = z.reduce((sum, x) => sum + x, 0) / k;
  const square = z.reduce((sum, x) => sum + x * x, 0) / k;
  return { bias: mean * Math.sqrt(k), spread: (square - 1) / Math.sqrt(2 / k) };
}

describe("Monte Carlo risk", () => {
  it("agrees with the exact risk: z scores over 200 random problems are standard normal", () => {
    const { bias, spread } = summary(zScores((risk) => risk));
    expectClose(bias, 0, { tolerance: 3, reason: "√200 · mean z is standard normal; three standard errors" });
    expectClose(spread, 0, {
      tolerance: 4,
      reason: "mean z² has standard error √(2/200); heavy tails widen it a little",
    });
  });

  it("would notice a risk that is off by two per cent", () => {
    const { bias, spread } = summary(zScores((risk) => 1.02 * risk));
    expect(Math.max(Math.abs(bias), Math.abs(spread))).toBeGreaterThan(6);
  });

  it("has a standard error that the spread over seeds confirms", () => {
    const { problem, task, shots, parameters } = randomProblem(4);
    const runs = Array.from({ length: 400 }, (_, seed) =>
      monteCarloRisk(problem, task, shots, parameters, { prompts: 500, seed }),
    );
    const mean = runs.reduce((sum, run) => sum + run.mean, 0) / runs.length;
    const variance = runs.reduce((sum, run) => sum + (run.mean - mean) ** 2, 0) / (runs.length - 1);
    const stated = runs.reduce((sum, run) => sum + run.standardError ** 2, 0) / runs.length;
    expectClose(variance / stated, 1, {
      tolerance: 4 * Math.sqrt(2 / runs.length) * 1.5,
      reason:
        "four standard errors of a sample variance of 400, half as much again for tails heavier than normal",
    });
  });

  it("scores tokens as the forward formula does, and tells the spread of what they give", () => {
    fc.assert(
      fc.property(instances(3), fc.integer({ min: 0, max: 5 }), (instance, shots) => {
        const { problem, task, parameters } = asFloats(instance);
        const estimate = monteCarloRisk(problem, task, shots, parameters, { prompts: 2, seed: 9 });
        // The same draws in the same order, predicted by the readable formula: the query comes first.
        const sampler = new ExampleSampler(problem, task, new RandomSource(9));
        const losses = [0, 1].map(() => {
          const queryLabel = sampler.next();
          const query = [...sampler.covariates];
          const { covariates, labels } = readExamples(sampler, shots);
          return (predictLabel(parameters, { covariates, labels, query }) - queryLabel) ** 2;
        });
        expectClose(estimate.mean, (losses[0]! + losses[1]!) / 2, {
          tolerance: 1e-9 * (1 + estimate.mean),
          reason: "rounding: the same products in another order",
          input: { instance, shots },
        });
        // Of two: the sample variance is half the square of their distance.
        expectClose(estimate.standardError, Math.abs(losses[0]! - losses[1]!) / 2, {
          tolerance: 1e-9 * (1 + estimate.mean),
          reason: "rounding: the same products in another order",
          input: { instance, shots },
        });
      }),
      { numRuns: 50, seed: 3 },
    );
  });

  it("gives the same bytes for the same seed, and refuses a sample it cannot judge", () => {
    const { problem, task, parameters } = randomProblem(3);
    const run = () => monteCarloRisk(problem, task, 3, parameters, { prompts: 100, seed: 1 });
    expect(run()).toEqual(run());
    expect(() => monteCarloRisk(problem, task, 3, parameters, { prompts: 1, seed: 1 })).toThrow(
      "prompts: holds 1; allowed: a whole number, 2 or more",
    );
    expect(() => monteCarloRisk(problem, task, 3, parameters, { prompts: 10, seed: 0.5 })).toThrow(
      "seed: holds 0.5; allowed: a whole number, 0 or more",
    );
  });
});

describe("prompt sampler", () => {
  it("draws covariates with the given covariance and labels with the given task and noise", () => {
    const { problem, task } = randomProblem(5);
    const d = problem.dimension;
    const sampler = new ExampleSampler(problem, task, new RandomSource(77));
    const count = 200_000;
    const moments = Array.from({ length: d + 1 }, () => new Float64Array(d + 1));
    for (let k = 0; k < count; k += 1) {
      const label = sampler.next();
      const point = [...sampler.covariates, label];
      point.forEach((x, i) => {
        point.forEach((y, j) => {
          moments[i]![j]! += (x * y) / count;
        });
      });
    }
    const correlation = problem.covariance.map((row) => row.reduce((sum, x, j) => sum + x * task[j]!, 0));
    const signal = correlation.reduce((sum, x, j) => sum + x * task[j]!, 0);
    const expected = [
      ...problem.covariance.map((row, i) => [...row, correlation[i]!]),
      [...correlation, signal + problem.noiseVariance],
    ];
    expected.forEach((row, i) => {
      row.forEach((value, j) => {
        const standardError = Math.sqrt((expected[i]![i]! * expected[j]![j]! + value ** 2) / count);
        expectClose(moments[i]![j]!, value, {
          tolerance: 4.5 * standardError,
          reason: "4.5 standard errors of a product of normals (Isserlis), 49 of them",
          input: { i, j },
        });
      });
    });
  });

  it("makes whole prompts of the right shape", () => {
    const { problem, task } = randomProblem(2);
    const { prompt, queryLabel } = samplePrompt(new ExampleSampler(problem, task, new RandomSource(1)), 4);
    expect(prompt.covariates.map((row) => row.length)).toEqual([3, 3, 3, 3]);
    expect(prompt.labels).toHaveLength(4);
    expect(prompt.query).toHaveLength(3);
    expect(Number.isFinite(queryLabel)).toBe(true);
  });
});

function readExamples(sampler: ExampleSampler, shots: number) {
  const labels: number[] = [];
  const covariates: number[][] = [];
  for (let j = 0; j < shots; j += 1) {
    labels.push(sampler.next());
    covariates.push([...sampler.covariates]);
  }
  return { covariates, labels };
}

describe("Monte Carlo change of a risk", () => {
  const changes = Array.from({ length: 60 }, (_, index) => {
    const { problem, task, shots, parameters } = randomProblem(index);
    const value = parameters.value.map((x, i) => (i === parameters.value.length - 1 ? 0.9 * x : x));
    const changed = { ...parameters, value };
    const sampling = { prompts: 5000, seed: 43, stream: index };
    const risk = (p: typeof parameters) => exactRisk(FLOAT, problem, task, shots, p);
    return {
      index,
      shots,
      exact: risk(changed) - risk(parameters),
      estimate: monteCarloChange(problem, task, shots, { original: parameters, changed }, sampling),
      before: monteCarloRisk(problem, task, shots, parameters, sampling),
      after: monteCarloRisk(problem, task, shots, changed, sampling),
    };
  });

  it("is the difference of the two risks on the same prompts", () => {
    for (const { index, estimate, before, after } of changes) {
      expectClose(estimate.mean, after.mean - before.mean, {
        tolerance: 1e-10 * (before.mean + after.mean),
        reason: "the same sums, rounded in another order",
        input: index,
      });
    }
  });

  it("agrees with the exact change: z scores are standard normal", () => {
    // Without examples the label weight does nothing.
    const z = changes.flatMap(({ shots, exact, estimate }) =>
      shots === 0 ? [] : [(estimate.mean - exact) / estimate.standardError],
    );
    const { bias, spread } = summary(z);
    expect(z.length).toBe(50);
    // Two numbers, each beyond 3.5 of its standard errors once in 2000.
    expect(Math.abs(bias)).toBeLessThan(3.5);
    expect(Math.abs(spread)).toBeLessThan(3.5);
  });

  it("is far more precise than two estimates on prompts of their own", () => {
    const shares = changes
      .filter(({ shots }) => shots > 0)
      .map(
        ({ estimate, before, after }) =>
          estimate.standardError / Math.hypot(before.standardError, after.standardError),
      );
    expect(shares.reduce((sum, x) => sum + x, 0) / shares.length).toBeLessThan(0.3);
  });
});

describe("softmax attention, token by token", () => {
  it("is the readable forward pass, for scores of any size", () => {
    for (const [index, size] of [1, 30, 2000].entries()) {
      const { problem, task, parameters } = randomProblem(index + 1);
      const shots = 7;
      const keyQuery = parameters.keyQuery.map((row) => row.map((x) => size * x));
      const models = [{ ...parameters, keyQuery }];
      const [measured] = measureRisks(
        new ExampleSampler(problem, task, new RandomSource(5, index)),
        shots,
        models,
        2,
        "softmax",
      );
      // The same draws: the query first, then its examples.
      const sampler = new ExampleSampler(problem, task, new RandomSource(5, index));
      const errors = [0, 1].map(() => {
        const queryLabel = sampler.next();
        const query = [...sampler.covariates];
        const labels: number[] = [];
        const covariates = Array.from({ length: shots }, () => {
          labels.push(sampler.next());
          return [...sampler.covariates];
        });
        const value = keyQuery.map((_, i) =>
          i === keyQuery.length - 1 ? parameters.value : keyQuery.map(() => 0),
        );
        const head = { kind: "merged", value, keyQuery } as const;
        return (softmaxLabel([head], { covariates, labels, query }) - queryLabel) ** 2;
      });
      expectClose(measured!.mean, (errors[0]! + errors[1]!) / 2, {
        tolerance: 1e-12,
        reason: "the same sum in another order",
        input: { index, size },
      });
    }
  });
});
