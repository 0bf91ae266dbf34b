/** What a notebook or another program imports from this package. */

export { evaluateQuadratic, minimiseQuadratic, type Quadratic } from "@finetune-icl/core/algebra";
// Exact risk
export { type Differentiable, withOnly } from "@finetune-icl/core/algebra";
export { type Bindings, evaluate, type Formula } from "@finetune-icl/core/algebra";
// Numbers, formulas
export type { Matrix, Vector } from "@finetune-icl/core/algebra";
export { NOTATION, type Notation, type SymbolName, type SymbolShape } from "@finetune-icl/core/algebra";
export { FLOAT, type NumberField, RATIONAL, type Rational } from "@finetune-icl/core/algebra";
export { printRational } from "@finetune-icl/core/algebra";
export { expressionTex, formulaTex } from "@finetune-icl/core/algebra";
// Claims
export { CLAIMS } from "@finetune-icl/lab/claims";
// Exercises
export type { Answer } from "@finetune-icl/notebooks/course";
export { type AnswerCheck, checkAnswer, WrongAnswer } from "@finetune-icl/notebooks/course";
// Evidence
export { altered } from "@finetune-icl/core/evidence";
export type { Claim, NotApplicable, Profile } from "@finetune-icl/core/evidence";
export { degree } from "@finetune-icl/core/evidence";
export type { Differences, IdentityEvidence } from "@finetune-icl/core/evidence";
export { RationalDraw, SAMPLE_SIZE } from "@finetune-icl/core/evidence";
export type { ControlResult, EvidenceResult, EvidenceRow, Verdict } from "@finetune-icl/core/evidence";
export type { SimulationCase, SimulationEvidence } from "@finetune-icl/core/evidence";
export { studentQuantile, studentTail } from "@finetune-icl/core/evidence";
export type { TrainingEvidence, TrainingRow } from "@finetune-icl/core/evidence";
export { averagedRisk } from "@finetune-icl/core/exact";
export { coordinateMoments, covariateMoments } from "@finetune-icl/core/exact";
export { asParameters, asPoint, exactLoss, factorisedLoss, mergeInto } from "@finetune-icl/core/exact";
export { EXACT_RISK, exactRisk } from "@finetune-icl/core/exact";
export { FastRisk } from "@finetune-icl/core/exact";
export { momentLoss } from "@finetune-icl/core/exact";
export { MomentRisk, momentRisk } from "@finetune-icl/core/exact";
export { type PackedParameters, pack, unpack, zeroParameters } from "@finetune-icl/core/exact";
export { priorCubature, type WeightedTask } from "@finetune-icl/core/exact";
export { relaxedBound } from "@finetune-icl/core/exact";
export { type PromptFeature, promptFeatures, relaxedLoss, relaxedPoint } from "@finetune-icl/core/exact";
export {
  type CovariateMoments,
  gaussianNoise,
  gaussianTokenMoments,
  linearTaskMoments,
  sampleMoments,
  type TokenMoments,
} from "@finetune-icl/core/exact";
// The released experiment
export { type Comparison, compareWithReference, comparisonTable } from "@finetune-icl/lab/experiment";
export { exactError, type MeasuredError, measureError, type TestSettings } from "@finetune-icl/lab/experiment";
export { experimentPrediction } from "@finetune-icl/lab/experiment";
export { referenceRun } from "@finetune-icl/lab/experiment";
export { type ExperimentRegime, experimentRegimes } from "@finetune-icl/lab/experiment";
export { type ReleasedOptions, type TrainedStage, trainReleased } from "@finetune-icl/lab/experiment";
export {
  type ExperimentError,
  type ExperimentRun,
  type ExperimentSize,
  type ExperimentUnit,
  RELEASED_SIZE,
  runUnit,
  targetTaskOf,
  type UnitResult,
} from "@finetune-icl/lab/experiment";
// Figures and tables
export { type CurvesOptions, curvesFigure } from "@finetune-icl/figures";
export { dataFrame } from "@finetune-icl/figures";
export { showFigure, showMarkdown, showTable } from "@finetune-icl/figures";
export type { Figure } from "@finetune-icl/figures";
export { type LabelledMatrix, matricesFigure } from "@finetune-icl/figures";
export { notationTable, showNotation } from "@finetune-icl/figures";
export { type ParityOptions, parityFigure, type UncertainColumn } from "@finetune-icl/figures";
export { type SignMapOptions, signMapFigure } from "@finetune-icl/figures";
export { staticPicture } from "@finetune-icl/figures";
export { EXPERIMENT_STYLE, type ExperimentSeries, REGIME_STYLE, type SeriesStyle } from "@finetune-icl/figures";
export { loadTable, parseCsv, saveFigureTable, saveTable, toCsv } from "@finetune-icl/files";
export { type Cell, recordsOf, type Table, type TableRecord, tableFrom } from "@finetune-icl/base";
// Problem
export { InputError } from "@finetune-icl/base";
export { type Ledger, type LedgerEntry, type LedgerSummary, summarise, verifyClaim } from "@finetune-icl/lab/ledger";
export { loadLedger, saveLedger } from "@finetune-icl/lab/ledger";
// Model
export { type AttentionParameters, readAttentionParameters } from "@finetune-icl/core/model";
export { covariateBlock, symmetricBlockLength } from "@finetune-icl/core/model";
export {
  type AttentionHead,
  type AttentionLayer,
  applyLayer,
  forwardLabel,
  mergedKeyQuery,
  reducedParameters,
} from "@finetune-icl/core/model";
export {
  layersOf,
  type ModelShape,
  type ParameterLayout,
  parameterLayout,
  pointOf,
  reducedAt,
  type TrainableSet,
} from "@finetune-icl/core/model";
export { readLayers } from "@finetune-icl/core/model";
export { predictLabel } from "@finetune-icl/core/model";
export { softmaxLabel } from "@finetune-icl/core/model";
export { promptTokens } from "@finetune-icl/core/model";
// Prediction
export { type AuxiliaryFullOptimum, auxiliaryFullOptimum } from "@finetune-icl/core/predict";
export { keyQueryFlow } from "@finetune-icl/core/predict";
export { auxiliaryValueByMoments, pretrainedByMoments, valueOnlyByMoments } from "@finetune-icl/core/predict";
export { type Prediction, predict } from "@finetune-icl/core/predict";
export {
  type CovariateDistribution,
  describeCovariates,
  readCovariateDistribution,
} from "@finetune-icl/core/problem";
export { isotropicSetting, type Setting } from "@finetune-icl/core/problem";
export { type Prompt, readPrompt } from "@finetune-icl/core/problem";
export { type AuxiliaryWeight, REGIME_KINDS, type Regime, type RegimeKind } from "@finetune-icl/core/problem";
export {
  type Pretraining,
  type RegressionProblem,
  readPretraining,
  readProblem,
  readTask,
} from "@finetune-icl/core/problem";
export type { RiskTerm } from "@finetune-icl/core/problem";
export { readShots, type ShotCount, type TokenShares, tokenShares } from "@finetune-icl/core/problem";
export { unitTask } from "@finetune-icl/core/problem";
// Simulation
export type { ExampleSource } from "@finetune-icl/core/simulate";
export {
  type MeasuredRisk,
  measureRisks,
  monteCarloChange,
  monteCarloRisk,
  type PromptSampling,
  type RiskEstimate,
} from "@finetune-icl/core/simulate";
export { ExampleSampler, samplePrompt } from "@finetune-icl/core/simulate";
export { RandomSource } from "@finetune-icl/core/simulate";
export { measuredCells, type RiskCurvePoint, riskCurve } from "@finetune-icl/core/simulate";
export { RowSampler } from "@finetune-icl/core/simulate";
// Studies
export { STUDIES } from "@finetune-icl/lab/study";
export { pathOf } from "@finetune-icl/lab/study";
export { runFrontier } from "@finetune-icl/lab/study";
export { runLowRank } from "@finetune-icl/lab/study";
export { STUDIED_MODELS } from "@finetune-icl/lab/study";
export { runModels } from "@finetune-icl/lab/study";
export { labelBlock, type Split, splitTable } from "@finetune-icl/lab/study";
export {
  type FittedTask,
  fitTask,
  syntheticPretraining,
  theoryFits,
  trainedFits,
} from "@finetune-icl/lab/study";
export {
  loadRealTable,
  type RealTable,
  type RealTableSource,
  realTableSources,
} from "@finetune-icl/lab/study";
export { repeatedMean } from "@finetune-icl/lab/study";
export { STATEMENTS } from "@finetune-icl/lab/study";
export { runUnit as runRealTarget } from "@finetune-icl/lab/study";
export { runStudyHere } from "@finetune-icl/lab/study";
export { loadStudyTable } from "@finetune-icl/lab/study";
export {
  type AnyStudy,
  defineStudy,
  type Study,
  type StudyOptions,
  type StudyTable,
  type StudyUnit,
} from "@finetune-icl/lab/study";
// Theory
export {
  AUXILIARY_LABEL_WEIGHT,
  AUXILIARY_VALUE_VECTOR,
  auxiliaryValueOptimum,
  BEST_LABEL_WEIGHT,
  BEST_LABEL_WEIGHT_LIMIT,
  LABEL_WEIGHT_CHANGE,
  LABEL_WEIGHT_CHANGE_LIMIT,
  type ValueOptimum,
} from "@finetune-icl/core/theory";
export { blockParameters, type ParameterBlocks } from "@finetune-icl/core/theory";
export { type ConstantLengthEnd, constantLengthEnd, constantLengthParameters } from "@finetune-icl/core/theory";
export { BLOCK_SLOPE, EARLY_STOPPING_DIFFERENCE } from "@finetune-icl/core/theory";
export { FACTORISED_SADDLE_RISK, factorisedSaddle } from "@finetune-icl/core/theory";
export { GRADIENT_FLOW_SCALE, gradientFlowOptimum } from "@finetune-icl/core/theory";
export {
  KEY_QUERY_GROWTH_CONSTANT,
  KEY_QUERY_GROWTH_COVARIATES,
  KEY_QUERY_GROWTH_LINEAR,
} from "@finetune-icl/core/theory";
export {
  FORCED_OFFSET,
  forcedOffset,
  LEFT_IN_ERASED,
  LOW_RANK_PRICE,
  leftInErased,
  lowRankParameters,
  lowRankPrice,
} from "@finetune-icl/core/theory";
export {
  NOISELESS_AUXILIARY_LOSS,
  NOISELESS_OWN_SHARE,
  noiselessAuxiliaryLoss,
  noiselessValley,
} from "@finetune-icl/core/theory";
export {
  GAUSSIAN_ERROR,
  VALUE_ONLY_OPTIMUM_OTHER_COVARIATES,
  VALUE_ONLY_PRICE_OTHER_COVARIATES,
  VALUE_ONLY_RISK_OTHER_COVARIATES,
} from "@finetune-icl/core/theory";
export {
  PRETRAINED_BLOCK,
  PRETRAINED_RIDGE,
  PRETRAINED_RISK,
  PRETRAINED_RISK_INVERSE,
  PRETRAINED_RISK_LIMIT,
  pretrainedBlock,
  pretrainedParameters,
  pretrainedRisk,
} from "@finetune-icl/core/theory";
export {
  SCORED_RISK,
  SCORED_VALUE_OPTIMUM,
  SCORED_ZERO_SHOT_RISK,
  SCORED_ZERO_SHOT_RISK_INVERSE,
  scoreBesideBlock,
} from "@finetune-icl/core/theory";
export {
  SOFTMAX_LIMIT_RISK,
  SOFTMAX_SHOTS_COST,
  type SoftmaxHead,
  softmaxLimitRisk,
  softmaxParameters,
  softmaxRisk,
} from "@finetune-icl/core/theory";
export { afterProducts, erasingProducts, lowestRankOptimum, OFFSET_LIMIT_RISK } from "@finetune-icl/core/theory";
export {
  CONSTANT_SCORE_RISK,
  CONSTANT_SCORE_RISK_LIMIT,
  CONSTANT_VALUE_RISK,
  OVERSHOOT_RATIO,
  TARGET_OVERSHOOT,
  type ZeroShotFullOptimum,
  zeroShotFullParameters,
  zeroShotFullRisk,
} from "@finetune-icl/core/theory";
export { keyQueryExcess, zeroShotFullFrom } from "@finetune-icl/core/theory";
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
} from "@finetune-icl/core/theory";
// Training
export { ConservedDrift } from "@finetune-icl/core/train";
export { type DescentSettings, DivergenceError, type LossPoint, type StepLoss } from "@finetune-icl/core/train";
export { FLOW_DEFAULTS, type FlowEnd, type FlowSettings, followGradientFlow } from "@finetune-icl/core/train";
export { LowRankUpdate, type UpdateRanks } from "@finetune-icl/core/train";
export {
  MOMENT_REGIMES,
  type MomentRegime,
  type MomentTraining,
  trainOnMoments,
} from "@finetune-icl/core/train";
export { type Moment, type Observer, type Recorded, recorder, type Schedule } from "@finetune-icl/core/train";
export type { OptimiserSettings } from "@finetune-icl/core/train";
export { randomTargetTask, readTrainingSettings } from "@finetune-icl/core/train";
export { releasedSettings } from "@finetune-icl/core/train";
export { runStage, type StageResult } from "@finetune-icl/core/train";
export {
  factorisedFlowLoss,
  growingPart,
  leavingTime,
  noisyFactors,
  type TimedLoss,
} from "@finetune-icl/core/train";
export { fineTuningLoss, initialPoint, pretrainingLoss } from "@finetune-icl/core/train";
export { type ExactMotion, type ExactTraining, trainExactly } from "@finetune-icl/core/train";
export { type StageName, TrainingRun } from "@finetune-icl/core/train";
export type { FineTuningStage, Motion, TrainingMethod, TrainingSettings } from "@finetune-icl/core/train";
