import { describe, expect, it } from "vitest";
import { parameterLayout } from "../../../src/core/model/parameterLayout";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { freshHeadBatch } from "../../../src/core/train/freshHeadBatch";
import { finitePrompts, freshPrompts } from "../../../src/core/train/promptSource";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { oneLayerStageLoss, sampledStageLoss } from "../../../src/core/train/sampledStage";
import {
  fineTuningLoss,
  initialPoint,
  type Purpose,
  pretrainingLoss,
  sourceOf,
  stageStream,
} from "../../../src/core/train/stage";

/** The numbers that stored runs were drawn with: part of what a seed promises. */
const NUMBERS: Readonly<Record<Purpose, number>> = {
  parameters: 1,
  pretraining: 2,
  zeroShotData: 3,
  fewShotData: 4,
  zeroShotBatches: 5,
  fewShotBatches: 6,
  targetTask: 7,
  freshBatches: 8,
  gradientNoise: 9,
};
const stream =
  (purpose: Purpose) =>
  (step: number): number =>
    NUMBERS[purpose] * 2 ** 32 + step;

const SEED = 11;
const settings = (sampling: "tokens" | "moments", auxiliary: boolean) =>
  readTrainingSettings({
    problem: {
      covariance: [
        [1, 0.3],
        [0.3, 0.8],
      ],
      noiseVariance: 0.2,
      taskCovariance: [
        [0.5, 0],
        [0, 0.4],
      ],
      pretrainingShots: 4,
    },
    pretraining: { steps: 3 },
    fineTuning: {
      targetTask: [0.6, -0.8],
      steps: 3,
      examples: 9,
      ...(auxiliary ? { auxiliaryShots: 5, auxiliaryWeight: 0.5 } : {}),
    },
    method: "sampled",
    sampling,
    batchSize: 4,
    seed: SEED,
  });

describe("the random numbers of a run", () => {
  it("each purpose has a stream of its own at every step, the same in every version", () => {
    const purposes = Object.keys(NUMBERS) as readonly Purpose[];
    for (const purpose of purposes)
      for (const step of [0, 1, 2 ** 32 - 1])
        expect(stageStream(purpose)(step), `${purpose}, step ${step}`).toBe(stream(purpose)(step));
    const seen = purposes.flatMap((purpose) => [0, 1, 2 ** 32 - 1].map(stageStream(purpose)));
    expect(new Set(seen).size, "no two purposes share a stream").toBe(seen.length);
    const [own, expected] = [sourceOf(SEED, "targetTask"), new RandomSource(SEED, stream("targetTask")(0))];
    expect([own.normal(), own.normal()]).toEqual([expected.normal(), expected.normal()]);
  });

  it("the first parameters come from theirs", () => {
    const run = settings("tokens", false);
    const point = initialPoint(run);
    const drawn = new Float64Array(point.length);
    new RandomSource(SEED, stream("parameters")(0)).normals(drawn, drawn.length);
    expect([...point]).toEqual(Array.from(drawn, (x) => run.initialDeviation * x));
  });

  const gradientOf = (loss: ReturnType<typeof pretrainingLoss>, point: Float64Array, step: number) => {
    const gradient = new Float64Array(point.length);
    return [loss(point, gradient, step), ...gradient];
  };

  it.each(["tokens", "moments"] as const)("pretraining draws its batches from its own, %s", (sampling) => {
    const run = settings(sampling, false);
    const { problem, model } = run;
    const { prior, shots } = run.pretraining;
    const layout = parameterLayout(model);
    const point = initialPoint(run);
    const own =
      sampling === "tokens"
        ? sampledStageLoss(
            layout,
            freshPrompts(problem, prior, shots, sampling),
            4,
            SEED,
            stream("pretraining"),
          )
        : oneLayerStageLoss(layout, freshHeadBatch(problem, prior, shots, 4), SEED, stream("pretraining"));
    for (const step of [0, 1, 7])
      expect(gradientOf(pretrainingLoss(run), point, step), `step ${step}`).toEqual(
        gradientOf(own, point, step),
      );
  });

  it.each(["tokens", "moments"] as const)(
    "fine-tuning draws its two data sets and their batches from four others, %s",
    (sampling) => {
      const run = settings(sampling, true);
      const { problem, model, fineTuning } = run;
      const { targetTask, examples } = fineTuning!;
      const layout = parameterLayout(model);
      const point = initialPoint(run);
      const part = (shots: number, data: Purpose, batches: Purpose) => {
        const random = new RandomSource(SEED, stream(data)(0));
        const source = finitePrompts(problem, targetTask, shots, sampling, examples, random);
        return sampledStageLoss(layout, source, 4, SEED, stream(batches));
      };
      const zeroShot = part(0, "zeroShotData", "zeroShotBatches");
      const fewShot = part(5, "fewShotData", "fewShotBatches");
      for (const step of [0, 1, 7]) {
        const [one, other] = [gradientOf(zeroShot, point, step), gradientOf(fewShot, point, step)];
        expect(gradientOf(fineTuningLoss(run, fineTuning!), point, step), `step ${step}`).toEqual(
          one.map((x, i) => x + 0.5 * other[i]!),
        );
      }
    },
  );
});
