export { type Comparison, compareWithReference, comparisonTable } from "./comparison";
export { exactError, type MeasuredError, measureError, type TestSettings } from "./evaluation";
export { experimentTable } from "./experimentTable";
export { experimentPrediction } from "./prediction";
export { referenceRun } from "./referenceRun";
export { type ExperimentRegime, experimentRegimes } from "./regimes";
export { runExperiment, unitsOf } from "./runExperiment";
export { type ReleasedOptions, type TrainedStage, trainReleased } from "./trainReleased";
export {
  type ExperimentError,
  type ExperimentRun,
  type ExperimentSize,
  type ExperimentUnit,
  RELEASED_SIZE,
  runUnit,
  targetTaskOf,
  type UnitResult,
} from "./unit";
