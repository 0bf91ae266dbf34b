export { type AttentionParameters, readAttentionParameters } from "./attentionParameters";
export { balanced } from "./balanced";
export { constantColumn, covariateBlock, symmetricBlockLength } from "./covariateBlock";
export {
  type AttentionHead,
  type AttentionLayer,
  applyLayer,
  forwardLabel,
  mergedKeyQuery,
  reducedParameters,
} from "./linearAttention";
export type { OwnValueModel } from "./ownValue";
export {
  layersOf,
  type ModelShape,
  type ParameterLayout,
  parameterLayout,
  pointOf,
  reducedAt,
  type TrainableSet,
  trainablePositions,
} from "./parameterLayout";
export { readLayers } from "./readLayers";
export { predictLabel } from "./reducedPrediction";
export { softmaxLabel } from "./softmaxAttention";
export { tokenContributions } from "./tokenContributions";
export { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, promptTokens, tokenLength } from "./tokens";
