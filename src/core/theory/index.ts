export {
  AUXILIARY_LABEL_WEIGHT,
  AUXILIARY_VALUE_VECTOR,
  auxiliaryValueOptimum,
  BEST_LABEL_WEIGHT,
  BEST_LABEL_WEIGHT_LIMIT,
  LABEL_WEIGHT_CHANGE,
  LABEL_WEIGHT_CHANGE_LIMIT,
  type ValueOptimum,
} from "./auxiliaryValue";
export { blockParameters, type ParameterBlocks } from "./blockParameters";
export { type ConstantLengthEnd, constantLengthEnd, constantLengthParameters } from "./constantLength";
export { BLOCK_SLOPE, EARLY_STOPPING_DIFFERENCE } from "./earlyStopping";
export { FACTORISED_SADDLE_RISK, factorisedSaddle } from "./factorisedSaddle";
export { GRADIENT_FLOW_SCALE, gradientFlowOptimum } from "./gradientFlowSelection";
export {
  KEY_QUERY_GROWTH_CONSTANT,
  KEY_QUERY_GROWTH_COVARIATES,
  KEY_QUERY_GROWTH_LINEAR,
} from "./keyQueryGrowth";
export {
  CONSTANT_SCORE_RESPONSE,
  CONSTANT_VALUE_RESPONSE,
  PRETRAINED_RESPONSE,
  VALUE_ONLY_GAIN_INVERSE,
  VALUE_ONLY_INTRUSION_INVERSE,
  VALUE_ONLY_RESPONSE,
} from "./linearResponse";
export {
  FORCED_OFFSET,
  forcedOffset,
  LEFT_IN_ERASED,
  LOW_RANK_PRICE,
  leftInErased,
  lowRankParameters,
  lowRankPrice,
} from "./lowRankDescent";
export {
  NOISELESS_AUXILIARY_LOSS,
  NOISELESS_OWN_SHARE,
  noiselessAuxiliaryLoss,
  noiselessValley,
} from "./noiselessAuxiliary";
export {
  GAUSSIAN_ERROR,
  VALUE_ONLY_OPTIMUM_OTHER_COVARIATES,
  VALUE_ONLY_PRICE_OTHER_COVARIATES,
  VALUE_ONLY_RISK_OTHER_COVARIATES,
} from "./otherCovariates";
export {
  OWN_VALUE_INTRUSION_INVERSE,
  OWN_VALUE_RESPONSE,
  OWN_VALUE_RISK,
  ownValueModel,
  ownValueRisk,
} from "./ownValue";
export {
  PRETRAINED_BLOCK,
  PRETRAINED_RIDGE,
  PRETRAINED_RISK,
  PRETRAINED_RISK_INVERSE,
  PRETRAINED_RISK_LIMIT,
  pretrainedBlock,
  pretrainedParameters,
  pretrainedRisk,
} from "./pretraining";
export {
  fullCorrection,
  type ProportionalRisks,
  type ProportionalSetting,
  proportionalBayesRisk,
  proportionalRidge,
  proportionalRisks,
  valueOnlyCorrection,
} from "./proportionalLimit";
export { type ProportionalMember, proportionalModels } from "./proportionalModels";
export {
  SCORED_RISK,
  SCORED_VALUE_OPTIMUM,
  SCORED_ZERO_SHOT_RISK,
  SCORED_ZERO_SHOT_RISK_INVERSE,
  scoreBesideBlock,
} from "./scoreBesideBlock";
export {
  SOFTMAX_LIMIT_RISK,
  SOFTMAX_SHOTS_COST,
  type SoftmaxHead,
  softmaxLimitRisk,
  softmaxParameters,
  softmaxRisk,
} from "./softmax";
export {
  afterProducts,
  erasingProducts,
  erasureRank,
  lowestRankOptimum,
  OFFSET_LIMIT_RISK,
} from "./updateRank";
export {
  CONSTANT_SCORE_RISK,
  CONSTANT_SCORE_RISK_LIMIT,
  CONSTANT_VALUE_RISK,
  OVERSHOOT_RATIO,
  TARGET_OVERSHOOT,
  type ZeroShotFullOptimum,
  zeroShotFullParameters,
  zeroShotFullRisk,
} from "./zeroShotFull";
export { keyQueryExcess, zeroShotFullFrom } from "./zeroShotFullFrom";
export {
  VALUE_ONLY_OPTIMUM,
  VALUE_ONLY_OPTIMUM_INVERSE,
  VALUE_ONLY_RISK,
  VALUE_ONLY_RISK_INVERSE,
  VALUE_ONLY_RISK_LIMIT,
  VALUE_ONLY_RISK_LIMIT_INVERSE,
  VALUE_ONLY_ZERO_SHOT_RISK,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  valueOnlyOptimum,
  valueOnlyParameters,
  valueOnlyRisk,
} from "./zeroShotValue";
