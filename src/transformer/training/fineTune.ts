import { InputError, readWhole, requireVector } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import type { Parameters } from "../gpt/parameters";
import type { GptShape } from "../gpt/shape";
import type { Trainable } from "../gpt/trainable";
import { withAllowed } from "./confine";
import { drawPrompts, drawTask, settingFor } from "./prompts";
import { type TrainingResult, train, type WeightedBatch } from "./trainer";

/** What is added to the loss on zero-shot prompts of the target, or to the optimiser. */
export interface Objective {
  /** Prompts of the target with maxShots examples, loss at the query; its weight falls from 1 to 0. 0 for none. */
  readonly auxiliaryPrompts: number;
  /** Prompts of fresh tasks with maxShots examples, loss after every example but none, weight 1. 0 for none. */
  readonly replayPrompts: number;
  /** Decoupled decay towards the start: a step takes away rate · decay of the distance. 0 for none. */
  readonly decay: number;
}

/** One fine-tuning of a pretrained model. */
export interface FineTuningSettings {
  readonly shape: GptShape;
  /** σ² */
  readonly noiseVariance: number;
  /** θ₀ */
  readonly target: readonly number[];
  readonly trainable: Trainable;
  readonly objective: Objective;
  /** Constant rate of Adam. */
  readonly rate: number;
  readonly steps: number;
  /** Zero-shot prompts a step. */
  readonly prompts: number;
  readonly seed: number;
}

/** Fine-tunes a pretrained GPT on zero-shot prompts of the target. @throws InputError naming what is wrong. */
export function fineTune(start: Parameters, settings: FineTuningSettings): TrainingResult {
  const { shape, noiseVariance, target, trainable, objective, rate, steps, prompts, seed } = settings;
  requireVector(target, "target", shape.dimension);
  for (const name of ["auxiliaryPrompts", "replayPrompts"] as const)
    readWhole(objective[name], `objective.${name}`, 0);
  if (!(objective.decay >= 0 && Number.isFinite(objective.decay)))
    throw new InputError("objective.decay", objective.decay, "a finite number, 0 or more");
  const setting = settingFor(shape, noiseVariance);
  // A stream for each kind of prompts, so that adding one leaves the others as they were.
  const [zeroShot, auxiliary, replay] = [0, 1, 2].map((k) => new RandomSource(seed, FINE_TUNING_STREAM + k));
  const ofTarget = { taskOf: () => target };
  return train({
    shape,
    start:
      trainable.kind === "confined" ? withAllowed(start, { shape, noiseVariance, trainable, seed }) : start,
    trainable,
    optimiser: { rate, decay: objective.decay, decayTowards: "start" },
    steps,
    seed,
    batchesOf: (step) => {
      const batches: WeightedBatch[] = [
        {
          weight: 1,
          batch: drawPrompts(setting, { prompts, shots: 0, scored: "all", ...ofTarget }, zeroShot!),
        },
      ];
      const longest = { shots: shape.maxShots };
      if (objective.auxiliaryPrompts > 0)
        batches.push({
          weight: 1 - step / steps,
          batch: drawPrompts(
            setting,
            { prompts: objective.auxiliaryPrompts, scored: "last", ...longest, ...ofTarget },
            auxiliary!,
          ),
        });
      if (objective.replayPrompts > 0)
        batches.push({
          weight: 1,
          batch: drawPrompts(
            setting,
            {
              prompts: objective.replayPrompts,
              scored: "all-but-first",
              ...longest,
              taskOf: () => drawTask(shape.dimension, replay!),
            },
            replay!,
          ),
        });
      return batches;
    },
  });
}

const FINE_TUNING_STREAM = 20;
