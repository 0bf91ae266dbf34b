import { RandomSource } from "@finetune-icl/core/simulate";
import { initialParameters } from "../gpt/parameters";
import type { GptShape } from "../gpt/shape";
import { drawPrompts, drawTask, settingFor } from "./prompts";
import { type TrainingResult, train } from "./trainer";

/** How a GPT learns to learn in context. */
export interface PretrainingSettings {
  readonly shape: GptShape;
  /** σ² */
  readonly noiseVariance: number;
  readonly steps: number;
  /** Prompts a step, each of maxShots examples of a task of its own. */
  readonly prompts: number;
  /** Largest rate of Adam: it rises linearly over the first tenth of the steps and falls to 0 as a cosine. */
  readonly rate: number;
  readonly seed: number;
}

/** Pretrains on the squared loss at every x token: prompts of 0, 1, … maxShots examples at once. @throws InputError naming what is wrong. */
export function pretrain(settings: PretrainingSettings): TrainingResult {
  const { shape, noiseVariance, steps, prompts, rate, seed } = settings;
  const start = initialParameters(shape, seed);
  const random = new RandomSource(seed, PRETRAINING_STREAM);
  return train({
    shape,
    start,
    trainable: { kind: "set", set: "all" },
    optimiser: { rate, decay: 0, decayTowards: "zero" },
    steps,
    seed,
    schedule: (step) => warmUpAndCosine(step, steps),
    batchesOf: () => [
      {
        weight: 1,
        batch: drawPrompts(
          settingFor(shape, noiseVariance),
          { prompts, shots: shape.maxShots, scored: "all", taskOf: () => drawTask(shape.dimension, random) },
          random,
        ),
      },
    ],
  });
}

const PRETRAINING_STREAM = 10;

/** Share of the largest rate at a step of `steps`. */
export function warmUpAndCosine(step: number, steps: number): number {
  const warm = Math.max(1, Math.round(steps / 10));
  if (step < warm) return (step + 1) / warm;
  return (1 + Math.cos((Math.PI * (step - warm)) / Math.max(1, steps - warm))) / 2;
}
