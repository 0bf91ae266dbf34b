// biome-ignore-all assist/source/organizeImports: the groups stand in the order in which data flows
/**
 * The library under one name: what programs and notebooks use of the numerical core, of the claims, the experiment and the studies.
 * The groups stand in the order in which one builds on the other; what they leave out is behind the doors of the packages.
 */

// What runs in browsers, too: numbers, the problem, the model, theory, simulation, training
export * from "./portable";

// Claims
export { CLAIMS } from "@finetune-icl/lab/claims";

// The ledger of claims
export {
  type Ledger,
  type LedgerEntry,
  type LedgerSummary,
  loadLedger,
  saveLedger,
  summarise,
  verifyClaim,
} from "@finetune-icl/lab/ledger";

// The released experiment
export {
  type Comparison,
  compareWithReference,
  comparisonTable,
  type ExperimentError,
  type ExperimentRegime,
  type ExperimentRun,
  type ExperimentSize,
  type ExperimentUnit,
  exactError,
  experimentPrediction,
  experimentRegimes,
  type MeasuredError,
  measureError,
  RELEASED_SIZE,
  type ReleasedOptions,
  referenceRun,
  runUnit,
  type TestSettings,
  type TrainedStage,
  targetTaskOf,
  trainReleased,
  type UnitResult,
} from "@finetune-icl/lab/experiment";

// Studies beyond the assumptions
export {
  type AnyStudy,
  clearDistance,
  defineStudy,
  type FittedTask,
  FRONTIER_DIMENSION,
  fitTask,
  LOW_RANK_SETTING,
  labelBlock,
  loadRealTable,
  loadStudyTable,
  pathOf,
  type RealTable,
  type RealTableSource,
  realTableSources,
  repeatedMean,
  runFrontier,
  runLowRank,
  runModels,
  runStudyHere,
  runUnit as runRealTarget,
  type Split,
  STATEMENTS,
  STUDIED_MODELS,
  STUDIES,
  type Study,
  type StudyOptions,
  type StudyTable,
  type StudyUnit,
  splitTable,
  syntheticPretraining,
  theoryFits,
  trainedFits,
} from "@finetune-icl/lab/study";

// Tables on disk
export {
  loadTable,
  saveFigureTable,
  saveTable,
} from "@finetune-icl/files";
