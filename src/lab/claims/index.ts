import type { Claim } from "@finetune-icl/core/evidence";
import { auxiliaryFullBound } from "./auxiliaryFullBound";
import { auxiliaryValueOptimumClaim } from "./auxiliaryValueOptimum";
import { bestLabelWeight } from "./bestLabelWeight";
import { constantLengthKeepsIcl } from "./constantLengthKeepsIcl";
import { earlyStoppingSides } from "./earlyStoppingSides";
import { exactRiskOfAnyParameters } from "./exactRisk";
import { factorisedSaddleClaim } from "./factorisedSaddle";
import { fullForgetsAnyCovariates } from "./fullForgetsAnyCovariates";
import { fullResponse } from "./fullResponse";
import { gradientFlowSelection } from "./gradientFlowSelection";
import { keyQueryGrowth } from "./keyQueryGrowth";
import { keyQueryStationary } from "./keyQueryStationary";
import { linearMaps } from "./linearMaps";
import { linearResponseClaim } from "./linearResponse";
import { overshootOnTarget } from "./overshoot";
import { ownValueFades } from "./ownValueFades";
import { pretrainedLimit } from "./pretrainedLimit";
import { pretrainedRiskClaim } from "./pretrainedRisk";
import { pretrainingOptimum } from "./pretrainingOptimum";
import { productsShiftAnswers } from "./productsShiftAnswers";
import { rankOfErasure } from "./rankOfErasure";
import { releasedPrice } from "./releasedPrice";
import { scoreBesideBlockClaim } from "./scoreBesideBlock";
import { softmaxManyExamples } from "./softmaxManyExamples";
import { softmaxZeroShot } from "./softmaxZeroShot";
import { valueOnlyLimit } from "./valueOnlyLimit";
import { valueOnlyOptimumClaim } from "./valueOnlyOptimum";
import { valueOnlyOtherCovariates } from "./valueOnlyOtherCovariates";
import { valueOnlyResponse } from "./valueOnlyResponse";
import { valueOnlyRiskClaim } from "./valueOnlyRisk";
import { whoGains } from "./whoGains";
import { zeroShotFullLimit } from "./zeroShotFullLimit";
import { zeroShotFullMirrored } from "./zeroShotFullMirrored";
import { zeroShotFullOptimumSet } from "./zeroShotFullOptimumSet";
import { zeroShotFullRiskClaim } from "./zeroShotFullRisk";

/** Every claim of the package, in the order in which they are told. */
export const CLAIMS: readonly Claim[] = [
  exactRiskOfAnyParameters,
  linearMaps,
  pretrainingOptimum,
  pretrainedRiskClaim,
  pretrainedLimit,
  zeroShotFullOptimumSet,
  gradientFlowSelection,
  zeroShotFullRiskClaim,
  zeroShotFullMirrored,
  overshootOnTarget,
  zeroShotFullLimit,
  factorisedSaddleClaim,
  valueOnlyOptimumClaim,
  valueOnlyRiskClaim,
  valueOnlyLimit,
  releasedPrice,
  auxiliaryValueOptimumClaim,
  bestLabelWeight,
  whoGains,
  linearResponseClaim,
  valueOnlyResponse,
  ownValueFades,
  fullResponse,
  auxiliaryFullBound,
  keyQueryStationary,
  keyQueryGrowth,
  rankOfErasure,
  productsShiftAnswers,
  scoreBesideBlockClaim,
  earlyStoppingSides,
  fullForgetsAnyCovariates,
  valueOnlyOtherCovariates,
  constantLengthKeepsIcl,
  softmaxZeroShot,
  softmaxManyExamples,
];
