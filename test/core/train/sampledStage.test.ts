import fc from "fast-check";
import { describe, it } from "vitest";
import { exactLoss } from "../../../src/core/exact/exactLoss";
import { priorCubature } from "../../../src/core/exact/priorCubature";
import { forwardLabel } from "../../../src/core/model/linearAttention";
import {
  layersOf,
  type ModelShape,
  type ParameterLayout,
  parameterLayout,
} from "../../../src/core/model/parameterLayout";
import type { RegressionProblem } from "../../../src/core/problem/regressionProblem";
import type { TaskPrior } from "../../../src/core/problem/taskPrior";
import { SAMPLINGS } from "../../../src/core/simulate/contextSampler";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { deepBatch } from "../../../src/core/train/deepBatch";
import { deepZeroShotBatch } from "../../../src/core/train/deepZeroShotBatch";
import { freshHeadBatch } from "../../../src/core/train/freshHeadBatch";
import { ofAllParameters } from "../../../src/core/train/headReduction";
import { oneLayerBatch } from "../../../src/core/train/oneLayerBatch";
import { finitePrompts, freshPrompts } from "../../../src/core/train/promptSource";
import { sampledStageLoss } from "../../../src/core/train/sampledStage";
import { expectClose } from "../../support/expectClose";

/** Σ, θ and Λ that are neither diagonal nor equal, for any d. */
function skewProblem(dimension: number): { problem: RegressionProblem; task: number[]; prior: TaskPrior } {
  const matrix = (off: number) =>
    Array.from({ length: dimension }, (_, i) =>
      Array.from({ length: dimension }, (_x, j) => (i === j ? 1 + i / 2 : off)),
    );
  return {
    problem: { dimension, covariance: matrix(0.3), noiseVariance: 0.2 },
    task: Array.from({ length: dimension }, (_, i) => 0.8 - 0.5 * i),
    prior: { kind: "sphere", taskCovariance: matrix(-0.2) },
  };
}
const somePoint = (layout: ParameterLayout, seed: number): Float64Array => {
  const random = new RandomSource(seed, 99);
  return Float64Array.from({ length: layout.length }, () => 0.5 * random.normal());
};

const SHAPES: readonly ModelShape[] = [1, 2, 3].flatMap((layers) =>
  [1, 2].flatMap((heads) =>
    (["merged", "separate"] as const).flatMap((keyQuery) =>
      [1, 2, 3].map((dimension) => ({ dimension, layers, heads, keyQuery })),
    ),
  ),
);

describe("the sampled loss", () => {
  it("is the squared error of the token-by-token forward pass, for every number of layers and heads", () => {
    for (const shape of SHAPES) {
      const layout = parameterLayout(shape);
      const { problem, task } = skewProblem(shape.dimension);
      const source = finitePrompts(problem, task, 4, "tokens", 1, new RandomSource(1));
      const point = somePoint(layout, 2);
      const row = (k: number) => [...source.data.subarray(k * layout.size, (k + 1) * layout.size)];
      const prompt = {
        covariates: [0, 1, 2, 3].map((k) => row(k).slice(1, -1)),
        labels: [0, 1, 2, 3].map((k) => row(k).at(-1)!),
        query: row(4).slice(1, -1),
      };
      const label = source.data.at(-1)!;
      const expected = (forwardLabel(layersOf(layout, point), prompt) - label) ** 2;
      const got = sampledStageLoss(
        layout,
        source,
        3,
        1,
        (step) => step,
      )(point, new Float64Array(layout.length), 0);
      expectClose(got, expected, {
        tolerance: 1e-11 * Math.max(1, expected),
        reason: "two programs, rounding",
        input: shape,
      });
    }
  });

  it("has the gradient of central differences, for every number of layers and heads", () => {
    for (const shape of SHAPES) {
      const layout = parameterLayout(shape);
      const { problem, prior } = skewProblem(shape.dimension);
      const loss = sampledStageLoss(layout, freshPrompts(problem, prior, 3, "moments"), 3, 5, (step) => step);
      const point = somePoint(layout, 3);
      const gradient = new Float64Array(layout.length);
      const scratch = new Float64Array(layout.length);
      const value = loss(point, gradient, 7);
      const steepest = Math.max(1, value, ...gradient.map(Math.abs));
      const h = 1e-5;
      for (let i = shape.layers % 2; i < layout.length; i += 2) {
        const at = (change: number): number =>
          loss(
            point.map((x, k) => (k === i ? x + change : x)),
            scratch,
            7,
          );
        // Five points: the error is of order h⁴ and rounding / h.
        const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
        expectClose(gradient[i]!, slope, {
          tolerance: 1e-8 * steepest,
          reason: "difference quotient with h = 1e-5: rounding 1e-16/h times the size of the loss",
          input: { shape, i },
        });
      }
    }
  });

  it("of one layer is that of the general program", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 6 }),
        (dimension, heads, shots) => {
          const layout = parameterLayout({ dimension, layers: 1, heads, keyQuery: "separate" });
          const { problem, prior } = skewProblem(dimension);
          const source = freshPrompts(problem, prior, shots, "moments");
          const point = somePoint(layout, 4);
          const [a, b] = [new Float64Array(layout.length), new Float64Array(layout.length)];
          const general = deepBatch(layout, source, 20)(point, a, new RandomSource(6));
          const batch = oneLayerBatch(source, layout.size, heads, 20);
          const special = ofAllParameters(layout, (p, g) => batch(p, g, new RandomSource(6)))(point, b);
          const tolerance = 1e-11 * Math.max(1, general, ...a.map(Math.abs));
          expectClose(special, general, {
            tolerance,
            reason: "rounding",
            input: { dimension, heads, shots },
          });
          a.forEach((slope, i) => {
            expectClose(b[i]!, slope, {
              tolerance,
              reason: "rounding",
              input: { dimension, heads, shots, i },
            });
          });
        },
      ),
      { numRuns: 30, seed: 3 },
    );
  });

  it("of a stack on prompts without examples is that of the general program", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom("merged" as const, "separate" as const),
        (dimension, layers, heads, keyQuery) => {
          const layout = parameterLayout({ dimension, layers, heads, keyQuery });
          const { problem, prior } = skewProblem(dimension);
          const source = freshPrompts(problem, prior, 0, "tokens");
          const point = somePoint(layout, 4);
          const [a, b] = [new Float64Array(layout.length), new Float64Array(layout.length)];
          const general = deepBatch(layout, source, 20)(point, a, new RandomSource(6));
          const special = deepZeroShotBatch(layout, source, 20)(point, b, new RandomSource(6));
          const tolerance = 1e-11 * Math.max(1, general, ...a.map(Math.abs));
          const input = { dimension, layers, heads, keyQuery };
          expectClose(special, general, { tolerance, reason: "rounding", input });
          a.forEach((slope, i) => {
            expectClose(b[i]!, slope, { tolerance, reason: "rounding", input: { ...input, i } });
          });
        },
      ),
      { numRuns: 30, seed: 3 },
    );
  });

  it("has the exact loss and gradient of the task prior as its mean, however contexts are drawn", () => {
    const { problem, prior } = skewProblem(2);
    const shots = 3;
    const terms = priorCubature(prior).map(({ task, weight }) => ({ task, weight, shots }));
    const point = Float64Array.from({ length: 20 }, (_, i) => Math.sin(3 * i + 1) / 2);
    const slope = new Float64Array(20);
    const exact = exactLoss(problem, terms)(point, slope);
    const batches = [
      ...SAMPLINGS.map((sampling) => oneLayerBatch(freshPrompts(problem, prior, shots, sampling), 4, 1, 500)),
      freshHeadBatch(problem, prior, shots, 500),
    ];
    for (const [k, batch] of batches.entries()) {
      const random = new RandomSource(11, k);
      const gradient = new Float64Array(20);
      const sum = new Float64Array(21);
      const square = new Float64Array(21);
      const repeats = 200;
      for (let i = 0; i < repeats; i += 1) {
        const loss = batch(point, gradient, random);
        [loss, ...gradient].forEach((x, j) => {
          sum[j]! += x / repeats;
          square[j]! += (x * x) / repeats;
        });
      }
      [exact, ...slope].forEach((expected, j) => {
        const error = Math.sqrt((square[j]! - sum[j]! ** 2) / (repeats - 1));
        expectClose(sum[j]!, expected, {
          tolerance: 4.5 * error + 1e-12,
          reason: "4.5 standard errors of 100,000 prompts, 63 comparisons",
          input: { k, j },
        });
      });
    }
  });
});
