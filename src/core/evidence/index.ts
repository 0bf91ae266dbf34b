export { altered } from "./altered";
export { type Claim, isApplicable, type NotApplicable } from "./claim";
/** Bounds for the degree of a rational function, on which the chance that a false identity passes depends. */
export * as degree from "./degree";
export { runIdentity } from "./identity";
export type { Differences, IdentityEvidence } from "./identityEvidence";
export { EVIDENCE_KINDS, type EvidenceKind, type Profile } from "./kinds";
export { IdentityDraw, RationalDraw, SAMPLE_SIZE } from "./rationalDraw";
export { type ControlResult, combine, type EvidenceResult, type EvidenceRow, type Verdict } from "./result";
export { COMPARISONS, ERROR_RATE, THRESHOLD } from "./significance";
export {
  gatherSimulation,
  runSimulationCase,
  type SimulatedCase,
  type SimulationCase,
  type SimulationEvidence,
} from "./simulation";
export {
  type IdentityControl,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionControls,
  smallDimensionMistakes,
} from "./smallDimensions";
export { streamOf } from "./stream";
export { studentQuantile, studentTail } from "./studentT";
export { runTraining, type TrainingEvidence, type TrainingRow } from "./training";
