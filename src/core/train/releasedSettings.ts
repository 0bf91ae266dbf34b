import { isotropicSetting } from "../problem/isotropicSetting";
import type { Motion, TrainingSettings } from "./trainingSettings";

/** SGD with momentum for 5000 steps, all gradients clipped jointly at 1. */
export const RELEASED_MOTION = {
  kind: "descent",
  steps: 5000,
  optimiser: { kind: "sgd", learningRate: 0.01, momentum: 0.9 },
  clipNorm: 1,
} as const satisfies Motion;

/** The variant of the released experiment whose stages are trained by Adam. */
export const RELEASED_ADAM = {
  ...RELEASED_MOTION,
  optimiser: { kind: "adam", learningRate: 0.01, betas: [0.9, 0.9], epsilon: 1e-8 },
} as const satisfies Motion;

/** Prompts in a batch of sampled training. */
export const RELEASED_BATCH = 5000;
/** Prompts in the data set of fine-tuning. */
export const RELEASED_EXAMPLES = 10_000;
/** σ² of the released experiment. */
export const RELEASED_NOISE = 0.1;
/** Pretraining and auxiliary prompts have the same length. */
export const RELEASED_SHOTS = 20;

/**
 * The released experiment of arXiv 2602.23197: d = 5, Σ = I, σ² = 0.1, unit-sphere tasks, 20 shots, key and query apart.
 * The size of the finite data set is that of the reference run in data/reference.
 */
export function releasedSettings(): TrainingSettings {
  const { problem, pretraining } = isotropicSetting({
    dimension: 5,
    noiseVariance: RELEASED_NOISE,
    pretrainingShots: RELEASED_SHOTS,
  });
  return {
    method: { kind: "exact" },
    seed: 0,
    problem,
    model: { dimension: 5, layers: 1, heads: 1, keyQuery: "separate" },
    initialDeviation: 0.05,
    pretraining: {
      prior: { kind: "sphere", taskCovariance: pretraining.taskCovariance },
      shots: RELEASED_SHOTS,
      motion: RELEASED_MOTION,
    },
  };
}
