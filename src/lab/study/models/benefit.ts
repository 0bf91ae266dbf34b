import { RELEASED_NOISE } from "@finetune-icl/core/train";

/** R₀: what a model that predicts zero errs by on a task of length one, σ² + 1. */
export const SILENCE = 1 + RELEASED_NOISE;

/**
 * The share of the benefit of examples that fine-tuning kept, (R₀ − R(n)) after over before, R₀ = {@link SILENCE} in both. Errors
 * by the index of the number of shots, the first one at n = 0.
 */
export const benefitKept = (after: readonly number[], before: readonly number[], shots: number): number =>
  (SILENCE - after[shots]!) / (SILENCE - before[shots]!);

/**
 * The same with the model's own R(0), after and before, for R₀. Fine-tuning on one task raises R(0) on all others, so this can
 * be far above 1 where nothing was gained.
 */
export const benefitOfItsOwn = (after: readonly number[], before: readonly number[], shots: number): number =>
  (after[0]! - after[shots]!) / (before[0]! - before[shots]!);

/**
 * Whether a pretrained model reads examples at all: at the shots of pretraining it is better than silence by a tenth of it, on a
 * task. Where not, pretraining has not left its first plateau, and there is no benefit of which a share could be kept.
 */
export const readsExamples = (pretrained: readonly number[], shots: number): boolean =>
  pretrained[shots]! < 0.9 * SILENCE;
