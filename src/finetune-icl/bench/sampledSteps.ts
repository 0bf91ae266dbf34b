import {
  descend,
  fineTuningLoss,
  initialPoint,
  pretrainingLoss,
  RELEASED_MOTION,
  readTrainingSettings,
  startDescent,
} from "@finetune-icl/core/train";
import { cpuSeconds, type Side } from "./timing";

/** A kind of training step of the released experiment. */
export interface StepKind {
  readonly stage: "pretraining" | "auxiliary";
  readonly keyQuery: "merged" | "separate";
}

const STAGE_NAMES = { pretraining: "pretraining", auxiliary: "zero-shot and few-shot" } as const;

export const nameOf = ({ stage, keyQuery }: StepKind): string =>
  `${STAGE_NAMES[stage]}, key and query ${keyQuery === "merged" ? "merged" : "apart"}`;

export const STEP_KINDS: readonly StepKind[] = [
  { stage: "pretraining", keyQuery: "merged" },
  { stage: "pretraining", keyQuery: "separate" },
  { stage: "auxiliary", keyQuery: "separate" },
];

/** Seconds that a step of the sampled trainer takes, forward, backward, clipping and SGD; one descent goes on over the repeats. */
export function sampledStep({ stage, keyQuery }: StepKind, shots: number, steps: number): Side {
  const diagonal = (value: number): readonly (readonly number[])[] =>
    Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_x, j) => (i === j ? value : 0)));
  const settings = readTrainingSettings({
    method: "sampled",
    model: { keyQuery },
    problem: {
      covariance: diagonal(1),
      noiseVariance: 0.1,
      taskCovariance: diagonal(1 / 5),
      pretrainingShots: shots,
    },
    fineTuning: { auxiliaryShots: shots },
  });
  const loss =
    stage === "pretraining" ? pretrainingLoss(settings) : fineTuningLoss(settings, settings.fineTuning!);
  const motion = { ...RELEASED_MOTION, steps: Number.MAX_SAFE_INTEGER };
  const descent = startDescent(initialPoint(settings), motion);
  return () => cpuSeconds(() => descend(descent, loss, motion, descent.step + steps)) / steps;
}
