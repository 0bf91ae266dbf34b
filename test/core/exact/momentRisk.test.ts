import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matrix, Vector } from "../../../src/core/algebra/matrix";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { gaussianMoment } from "../../../src/core/exact/gaussianMoment";
import { MomentRisk, momentRisk } from "../../../src/core/exact/momentRisk";
import {
  gaussianNoise,
  gaussianTokenMoments,
  linearTaskMoments,
  sampleMoments,
} from "../../../src/core/exact/tokenMoments";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { predictLabel } from "../../../src/core/model/reducedPrediction";
import { asFloats, asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

describe("the risk from moments", () => {
  it("is the exact Gaussian risk when it is fed Gaussian moments, in rationals", () => {
    fc.assert(
      fc.property(instances(2), (instance) => {
        const { problem, task, shots, parameters } = asRationals(instance);
        const { dimension, covariance, noiseVariance } = problem;
        // By way of the covariates' moments and the linear task, so that the expansion of the labels is tested too.
        const padded = [
          Array.from({ length: dimension + 1 }, (_, i) => (i === 0 ? RATIONAL.one : RATIONAL.zero)),
          ...covariance.map((row) => [RATIONAL.zero, ...row]),
        ];
        const moments = linearTaskMoments(
          RATIONAL,
          (indices) =>
            gaussianMoment(
              RATIONAL,
              padded,
              indices.map((i) => i + 1),
            ),
          task,
          gaussianNoise(RATIONAL, noiseVariance),
        );
        const got = momentRisk(RATIONAL, dimension, moments, shots, parameters);
        expect(got.toFraction()).toBe(exactRisk(RATIONAL, problem, task, shots, parameters).toFraction());
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it("is the average over all prompts that can be drawn from a few examples, with replacement", () => {
    const number = fc.integer({ min: -4, max: 4 }).map((x) => x / 2);
    const table = fc.integer({ min: 1, max: 2 }).chain((d) =>
      fc.record({
        rows: fc.array(fc.array(number, { minLength: d, maxLength: d }), { minLength: 2, maxLength: 4 }),
        labels: fc.array(number, { minLength: 4, maxLength: 4 }),
        value: fc.array(number, { minLength: d + 2, maxLength: d + 2 }),
        keyQuery: fc.array(fc.array(number, { minLength: d + 2, maxLength: d + 2 }), {
          minLength: d + 2,
          maxLength: d + 2,
        }),
        shots: fc.integer({ min: 0, max: 2 }),
      }),
    );
    fc.assert(
      fc.property(table, ({ rows, labels: four, value, keyQuery, shots }) => {
        const labels = four.slice(0, rows.length);
        const parameters = { value, keyQuery };
        const expected = averageOverPrompts(rows, labels, shots, parameters);
        const got = momentRisk(FLOAT, value.length - 2, sampleMoments(rows, labels), shots, parameters);
        expectClose(got, expected, {
          tolerance: 1e-10 * (1 + expected),
          reason: "rounding of sums that cancel in part",
          input: { rows, labels, shots, parameters },
        });
      }),
      { numRuns: 80, seed: 2 },
    );
  });

  it("is the same from three quadratics for every number of shots", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, task, shots, parameters } = asFloats(instance);
        const moments = gaussianTokenMoments(FLOAT, problem, task);
        const expected = exactRisk(FLOAT, problem, task, shots, parameters);
        const got = new MomentRisk(problem.dimension, moments).risk(shots, parameters);
        // The limit n → ∞ and n = 0 may be far larger than what is between them.
        const engine = new MomentRisk(problem.dimension, moments);
        const scale = Math.max(...([0, 1, "infinity"] as const).map((n) => engine.risk(n, parameters)));
        expectClose(got, expected, {
          tolerance: 1e-11 * (1 + scale),
          reason: "rounding relative to the largest of the three values interpolated",
          input: instance,
        });
      }),
      { numRuns: 40, seed: 3 },
    );
  });
});

/** E (f − y)² over all (n + 1)-tuples of examples, the last one the query. */
function averageOverPrompts(
  rows: Matrix,
  labels: Vector,
  shots: number,
  parameters: AttentionParameters,
): number {
  const tuples = Array.from({ length: shots + 1 }).reduce<readonly (readonly number[])[]>(
    (shorter) => shorter.flatMap((tuple) => rows.map((_, i) => [...tuple, i])),
    [[]],
  );
  const errors = tuples.map((tuple) => {
    const [context, query] = [tuple.slice(0, -1), tuple[shots]!];
    const prompt = {
      covariates: context.map((i) => rows[i]!),
      labels: context.map((i) => labels[i]!),
      query: rows[query]!,
    };
    return (predictLabel(parameters, prompt) - labels[query]!) ** 2;
  });
  return errors.reduce((a, b) => a + b, 0) / errors.length;
}
