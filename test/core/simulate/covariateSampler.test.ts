import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { covariateMoments } from "../../../src/core/exact/covariateMoments";
import { MomentRisk } from "../../../src/core/exact/momentRisk";
import { gaussianNoise, linearTaskMoments } from "../../../src/core/exact/tokenMoments";
import {
  type CovariateDistribution,
  describeCovariates,
  readCovariateDistribution,
} from "../../../src/core/problem/covariateDistribution";
import { measureRisks, monteCarloRisk } from "../../../src/core/simulate/monteCarloRisk";
import { ExampleSampler } from "../../../src/core/simulate/promptSampler";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { RowSampler } from "../../../src/core/simulate/rowSampler";
import { expectClose } from "../../support/expectClose";

const DISTRIBUTIONS: readonly CovariateDistribution[] = [
  { kind: "gaussian" },
  { kind: "uniform" },
  { kind: "sphere" },
  { kind: "sparse", density: 0.4 },
  { kind: "mixture", separation: 0.8 },
  // Twice the order of a moment must exist for its standard error: 12 < 14.
  { kind: "heavy-tailed", degrees: 14 },
  { kind: "skewed", shape: 3 },
  { kind: "shifted", shift: 0.6 },
];
const PROBLEM = {
  dimension: 2,
  covariance: [
    [2, 0.6],
    [0.6, 1],
  ],
  noiseVariance: 0.3,
};
/** The lower triangular root of Σ. */
const ROOT = [
  [Math.sqrt(2), 0],
  [0.6 / Math.sqrt(2), Math.sqrt(1 - 0.18)],
];
const TASK = [0.7, -0.4];
const PARAMETERS = {
  value: [0.1, 0.2, -0.1, 0.9],
  keyQuery: [
    [0.2, 0.1, 0, 0],
    [0.1, 0.4, -0.1, 0],
    [-0.1, 0, 0.6, 0],
    [0.1, 0.1, 0, 0],
  ],
};

describe("covariates that are not Gaussian", () => {
  it("all have E xxᵀ = Σ, exactly", () => {
    for (const distribution of DISTRIBUTIONS) {
      const moments = covariateMoments(distribution, ROOT);
      PROBLEM.covariance.forEach((row, i) => {
        row.forEach((expected, j) => {
          expectClose(moments([i, j]), expected, {
            tolerance: 1e-14,
            reason: "rounding",
            input: { distribution, i, j },
          });
        });
      });
    }
  });

  it("have the moments that the exact risk is told, up to order six", () => {
    const draws = 200_000;
    DISTRIBUTIONS.forEach((distribution, stream) => {
      const moments = covariateMoments(distribution, ROOT);
      const sampler = new ExampleSampler(PROBLEM, TASK, new RandomSource(5, stream), distribution);
      const wanted = [
        [0],
        [1],
        [0, 0, 1],
        [0, 0, 0],
        [0, 0, 1, 1],
        [1, 1, 1, 1],
        [0, 0, 0, 0, 1],
        [0, 0, 1, 1, 1, 1],
      ];
      const sums = wanted.map(() => [0, 0] as [number, number]);
      for (let k = 0; k < draws; k += 1) {
        sampler.next();
        wanted.forEach((indices, m) => {
          const product = indices.reduce((p, i) => p * sampler.covariates[i]!, 1);
          sums[m]![0] += product;
          sums[m]![1] += product ** 2;
        });
      }
      wanted.forEach((indices, m) => {
        const mean = sums[m]![0] / draws;
        const standardError = Math.sqrt((sums[m]![1] / draws - mean ** 2) / draws);
        expectClose(mean, moments(indices), {
          tolerance: 4.5 * standardError,
          reason: "4.5 standard errors, 64 comparisons",
          input: { distribution, indices },
        });
      });
    });
  });

  it("give the risk that their moments predict, measured on prompts", () => {
    DISTRIBUTIONS.forEach((covariates, stream) => {
      const moments = linearTaskMoments(
        FLOAT,
        covariateMoments(covariates, ROOT),
        TASK,
        gaussianNoise(FLOAT, PROBLEM.noiseVariance),
      );
      const engine = new MomentRisk(2, moments);
      for (const shots of [0, 3]) {
        const measured = monteCarloRisk(PROBLEM, TASK, shots, PARAMETERS, {
          prompts: 60_000,
          seed: 6,
          stream,
          covariates,
        });
        expectClose(measured.mean, engine.risk(shots, PARAMETERS), {
          tolerance: 4 * measured.standardError,
          reason: "4 standard errors, 16 comparisons",
          input: { covariates, shots },
        });
      }
    });
  });

  it("are read from JSON, and refused in one line", () => {
    expect(readCovariateDistribution({ kind: "sparse", density: 0.3 })).toEqual({
      kind: "sparse",
      density: 0.3,
    });
    expect(readCovariateDistribution({ kind: "uniform" })).toEqual({ kind: "uniform" });
    expect(describeCovariates({ kind: "heavy-tailed", degrees: 14 })).toBe("heavy-tailed, degrees 14");
    for (const wrong of [
      { kind: "cauchy" },
      { kind: "sparse" },
      { kind: "sparse", density: 0 },
      { kind: "uniform", density: 0.5 },
      { kind: "heavy-tailed", degrees: 6 },
      { kind: "shifted", shift: 1.1 },
    ]) {
      expect(() => readCovariateDistribution(wrong), JSON.stringify(wrong)).toThrow(InputError);
    }
  });
});

describe("prompts made of rows", () => {
  const rows = [[1], [2], [-1], [0.5]];
  const labels = [1, -1, 2, 0];

  it("hold no row twice", () => {
    const sampler = new RowSampler(rows, labels, new RandomSource(1));
    for (let prompt = 0; prompt < 50; prompt += 1) {
      sampler.startPrompt();
      const seen = rows.map(() => {
        const label = sampler.next();
        expect(labels[rows.findIndex(([x]) => x === sampler.covariates[0])]).toBe(label);
        return label;
      });
      expect(new Set(seen).size).toBe(rows.length);
      expect(() => sampler.next()).toThrow("at most 3");
    }
  });

  it("give the average over all ordered pairs of different rows at one shot", () => {
    const parameters = {
      value: [0.1, 0.5, 1],
      keyQuery: [
        [0.2, 0.1, 0],
        [0, 1, 0],
        [0, 0.3, 0],
      ],
    };
    let expected = 0;
    rows.forEach(([xq], q) => {
      rows.forEach(([x], j) => {
        if (j === q) return;
        const scorer = [0.2 + 0.1 * xq!, xq!, 0.3 * xq!];
        const token = (slot: readonly number[]) =>
          (scorer[0]! + scorer[1]! * slot[0]! + scorer[2]! * slot[1]!) * (0.1 + 0.5 * slot[0]! + slot[1]!);
        const f = (token([x!, labels[j]!]) + token([xq!, 0])) / 2;
        expected += (f - labels[q]!) ** 2 / 12;
      });
    });
    const sampler = new RowSampler(rows, labels, new RandomSource(2));
    const [measured] = measureRisks(sampler, 1, [parameters], 40_000);
    expectClose(measured!.mean, expected, {
      tolerance: 4 * measured!.standardError,
      reason: "4 standard errors",
      input: parameters,
    });
  });
});
