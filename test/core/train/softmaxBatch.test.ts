import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { layersOf, parameterLayout } from "../../../src/core/model/parameterLayout";
import { softmaxLabel } from "../../../src/core/model/softmaxAttention";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { finitePrompts, freshPrompts } from "../../../src/core/train/promptSource";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { runStage } from "../../../src/core/train/runStage";
import { promptBatch } from "../../../src/core/train/sampledStage";
import { fineTuningLoss, initialPoint, pretrainingLoss } from "../../../src/core/train/stage";
import { expectClose } from "../../support/expectClose";

const problemOf = (dimension: number) => ({
  dimension,
  covariance: Array.from({ length: dimension }, (_, i) =>
    Array.from({ length: dimension }, (_x, j) => (i === j ? 1 + i / 2 : 0.3)),
  ),
  noiseVariance: 0.2,
});
const taskOf = (dimension: number) => Array.from({ length: dimension }, (_, i) => 0.8 - 0.5 * i);

interface Shape {
  readonly dimension: number;
  readonly heads: number;
  readonly keyQuery: "merged" | "separate";
  readonly shots: number;
  readonly seed: number;
}

const shapes = fc.record<Shape>({
  dimension: fc.integer({ min: 1, max: 3 }),
  heads: fc.integer({ min: 1, max: 3 }),
  keyQuery: fc.constantFrom("merged" as const, "separate" as const),
  shots: fc.integer({ min: 0, max: 6 }),
  seed: fc.nat(1000),
});

function instance({ dimension, heads, keyQuery, seed }: Shape) {
  const layout = parameterLayout({ dimension, layers: 1, heads, keyQuery, attention: "softmax" });
  const random = new RandomSource(seed, 1);
  const point = Float64Array.from({ length: layout.length }, () => 0.7 * random.normal());
  return { layout, point };
}

describe("the loss of softmax attention", () => {
  it("is the squared error of the token-by-token forward pass", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { layout, point } = instance(shape);
        const { dimension, shots } = shape;
        const source = finitePrompts(
          problemOf(dimension),
          taskOf(dimension),
          shots,
          "tokens",
          1,
          new RandomSource(shape.seed),
        );
        const row = (k: number) => [...source.data.subarray(k * layout.size, (k + 1) * layout.size)];
        const tokens = Array.from({ length: shots }, (_, k) => row(k));
        const prompt = {
          covariates: tokens.map((token) => token.slice(1, -1)),
          labels: tokens.map((token) => token.at(-1)!),
          query: row(shots).slice(1, -1),
        };
        const expected = (softmaxLabel(layersOf(layout, point)[0]!, prompt) - source.data.at(-1)!) ** 2;
        const loss = promptBatch(layout, source, 2);
        expectClose(loss(point, new Float64Array(layout.length), new RandomSource(0)), expected, {
          tolerance: 1e-12 * Math.max(1, expected),
          reason: "two programs, rounding",
          input: shape,
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("has the gradient of central differences", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { layout, point } = instance(shape);
        const { dimension, shots, seed } = shape;
        const prior = { kind: "gaussian", taskCovariance: problemOf(dimension).covariance } as const;
        const batch = promptBatch(layout, freshPrompts(problemOf(dimension), prior, shots, "tokens"), 3);
        const gradient = new Float64Array(layout.length);
        const scratch = new Float64Array(layout.length);
        const value = batch(point, gradient, new RandomSource(seed, 2));
        const steepest = Math.max(1, value, ...gradient.map(Math.abs));
        const h = 1e-4;
        for (let i = 0; i < layout.length; i += 1) {
          const at = (change: number): number =>
            batch(
              point.map((x, k) => (k === i ? x + change : x)),
              scratch,
              new RandomSource(seed, 2),
            );
          const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
          expectClose(gradient[i]!, slope, {
            tolerance: 1e-8 * steepest,
            reason: "five-point difference with h = 1e-4: rounding 1e-16/h, and h⁴ times a fifth derivative",
            input: { shape, i },
          });
        }
      }),
      { numRuns: 25, seed: 2 },
    );
  });

  it("does not depend on key and query on zero-shot prompts: the query token is its own only key", () => {
    const settings = readTrainingSettings({
      model: { attention: "softmax" },
      batchSize: 50,
      pretraining: { steps: 3 },
      fineTuning: { trainable: "key-query", steps: 3 },
    });
    const start = initialPoint(settings);
    const motion = settings.fineTuning!.motion;
    const end = runStage(fineTuningLoss(settings, settings.fineTuning!), start, motion).point;
    expect([...end]).toEqual([...start]);
    // Control: the same descent with examples moves them.
    const moved = runStage(pretrainingLoss(settings), start, motion).point;
    expect([...moved]).not.toEqual([...start]);
  });
});

describe("settings of softmax attention", () => {
  it("are sampled token by token, and nothing else", () => {
    const { method, model } = readTrainingSettings({ model: { attention: "softmax" } });
    expect(method).toMatchObject({ kind: "sampled", sampling: "tokens" });
    expect(model.attention).toBe("softmax");
    const refused = [
      [{ method: "exact" }, /^method: holds "exact"; allowed: "sampled" with softmax/],
      [{ sampling: "moments" }, /^sampling: holds "moments"; allowed: "tokens" with softmax/],
      [{ model: { attention: "softmax", layers: 2 } }, /^model.layers: holds 2; allowed: 1 with softmax/],
      [{ model: { attention: "hard" } }, /^model.attention: holds "hard"/],
    ] as const;
    for (const [input, message] of refused) {
      const read = () => readTrainingSettings({ model: { attention: "softmax" }, ...input });
      expect(read).toThrow(InputError);
      expect(read).toThrow(message);
    }
  });
});
