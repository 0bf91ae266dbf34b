export { type AuxiliaryFullOptimum, auxiliaryFullOptimum } from "./auxiliaryFull";
export { dampedNewton } from "./dampedNewton";
export { keyQueryFlow, type LinearFlow, solveLinearFlow } from "./keyQueryFlow";
export { auxiliaryValueByMoments, pretrainedByMoments, valueOnlyByMoments } from "./momentOptimum";
export { type Prediction, predict, predictor } from "./predict";
export { type ExactPrediction, IS_RATIONAL, predictExactly } from "./predictExactly";
