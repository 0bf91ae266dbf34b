import type { TokenMoments } from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { MOMENT_REGIMES, type MomentRegime, RELEASED_SHOTS, trainOnMoments } from "@finetune-icl/core/train";

/** What studies of other covariates and of real tables compare: the pretrained model, and every way of fine-tuning it. */
export type FittedRegime = "pretrained" | MomentRegime;
export const FITTED_REGIMES: readonly FittedRegime[] = ["pretrained", ...MOMENT_REGIMES];

export type Fits = Readonly<Record<FittedRegime, AttentionParameters>>;

/** Fine-tunes one pretrained model in every regime, by exact descent on the risk that the target's moments give. */
export function fineTunedFits(pretrained: AttentionParameters, target: TokenMoments, steps: number): Fits {
  const train = (regime: MomentRegime): AttentionParameters =>
    trainOnMoments(regime, pretrained, target, { auxiliaryShots: RELEASED_SHOTS, steps }).parameters;
  return {
    pretrained,
    "zero-shot-full": train("zero-shot-full"),
    "zero-shot-value": train("zero-shot-value"),
    "auxiliary-value": train("auxiliary-value"),
    "auxiliary-full": train("auxiliary-full"),
  };
}
