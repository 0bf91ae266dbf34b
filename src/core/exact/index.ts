export { averagedRisk } from "./averagedRisk";
export { coordinateMoments, covariateMoments } from "./covariateMoments";
export {
  type AveragedTerm,
  asParameters,
  asPoint,
  type ExactTerm,
  exactLoss,
  factorisedLoss,
  mergeInto,
} from "./exactLoss";
export { EXACT_RISK, exactRisk } from "./exactRisk";
export { FastRisk } from "./fastRisk";
export { momentLoss } from "./featureLoss";
export { gaussianMoment } from "./gaussianMoment";
export { type IntrusionAndGain, intrusionAndGain, LINEAR_RESPONSE, linearResponse } from "./linearResponse";
export { MomentRisk, momentRisk } from "./momentRisk";
export { type PackedParameters, pack, unpack, zeroParameters } from "./packedParameters";
export { priorCubature, type WeightedTask } from "./priorCubature";
export { relaxedBound } from "./relaxedBound";
export { type PromptFeature, promptFeatures, relaxedLoss, relaxedPoint } from "./relaxedRisk";
export { roundingBound } from "./roundingBound";
export {
  type CovariateMoments,
  gaussianNoise,
  gaussianTokenMoments,
  linearTaskMoments,
  remembered,
  sampleMoments,
  type TokenMoments,
} from "./tokenMoments";
