/** What a notebook or another program imports from this package. */

export { evaluateQuadratic, minimiseQuadratic, type Quadratic } from "./algebra/convexQuadratic";
// Exact risk
export { type Differentiable, withOnly } from "./algebra/differentiable";
export { type Bindings, evaluate, type Formula } from "./algebra/formula";
// Numbers, formulas
export type { Matrix, Vector } from "./algebra/matrix";
export { NOTATION, type Notation, type SymbolName, type SymbolShape } from "./algebra/notation";
export { FLOAT, type NumberField, RATIONAL, type Rational } from "./algebra/numberField";
export { printRational } from "./algebra/rational";
export { expressionTex, formulaTex } from "./algebra/tex";
// Claims
export { CLAIMS } from "./claims";
// Exercises
export type { Answer } from "./course/answer";
export { type AnswerCheck, checkAnswer, type SealedCheck, WrongAnswer } from "./course/checkAnswer";
// Evidence
export { altered } from "./evidence/altered";
export type { Claim, NotApplicable, Profile } from "./evidence/claim";
export * as degree from "./evidence/degree";
export type { Differences, IdentityEvidence } from "./evidence/identity";
export { RationalDraw, SAMPLE_SIZE } from "./evidence/rationalDraw";
export type { ControlResult, EvidenceResult, EvidenceRow, Verdict } from "./evidence/result";
export type { SimulationCase, SimulationEvidence } from "./evidence/simulation";
export { studentQuantile, studentTail } from "./evidence/studentT";
export type { TrainingEvidence, TrainingRow } from "./evidence/training";
export { averagedRisk } from "./exact/averagedRisk";
export { coordinateMoments, covariateMoments } from "./exact/covariateMoments";
export { asParameters, asPoint, exactLoss, factorisedLoss, mergeInto } from "./exact/exactLoss";
export { EXACT_RISK, exactRisk } from "./exact/exactRisk";
export { FastRisk } from "./exact/fastRisk";
export { momentLoss } from "./exact/featureLoss";
export { MomentRisk, momentRisk } from "./exact/momentRisk";
export { type PackedParameters, pack, unpack, zeroParameters } from "./exact/packedParameters";
export { priorCubature, type WeightedTask } from "./exact/priorCubature";
export { relaxedBound } from "./exact/relaxedBound";
export { type PromptFeature, promptFeatures, relaxedLoss, relaxedPoint } from "./exact/relaxedRisk";
export {
  type CovariateMoments,
  gaussianNoise,
  gaussianTokenMoments,
  linearTaskMoments,
  sampleMoments,
  type TokenMoments,
} from "./exact/tokenMoments";
// The released experiment
export { type Comparison, compareWithReference, comparisonTable } from "./experiment/comparison";
export { exactError, type MeasuredError, measureError, type TestSettings } from "./experiment/evaluation";
export { experimentPrediction } from "./experiment/prediction";
export { referenceRun } from "./experiment/referenceRun";
export { type ExperimentRegime, experimentRegimes } from "./experiment/regimes";
export { type ReleasedOptions, type TrainedStage, trainReleased } from "./experiment/trainReleased";
export {
  type ExperimentError,
  type ExperimentRun,
  type ExperimentSize,
  type ExperimentUnit,
  RELEASED_SIZE,
  runUnit,
  targetTaskOf,
  type UnitResult,
} from "./experiment/unit";
// Figures and tables
export { type CurvesOptions, curvesFigure } from "./figures/curves";
export { dataFrame } from "./figures/dataFrame";
export { showFigure, showMarkdown, showTable } from "./figures/display";
export type { Figure } from "./figures/figure";
export { type LabelledMatrix, matricesFigure } from "./figures/matrices";
export { notationTable, showNotation } from "./figures/notationTable";
export { type ParityOptions, parityFigure, type UncertainColumn } from "./figures/parity";
export { type SignMapOptions, signMapFigure } from "./figures/signMap";
export { staticPicture } from "./figures/staticPicture";
export { EXPERIMENT_STYLE, type ExperimentSeries, REGIME_STYLE, type SeriesStyle } from "./figures/style";
export {
  type Cell,
  loadTable,
  parseCsv,
  recordsOf,
  saveFigureTable,
  saveTable,
  type Table,
  type TableRecord,
  tableFrom,
  toCsv,
} from "./figures/table";
// Problem
export { InputError } from "./inputError";
export { type Ledger, type LedgerEntry, type LedgerSummary, summarise, verifyClaim } from "./ledger/ledger";
export { loadLedger, saveLedger } from "./ledger/saveLedger";
// Model
export { type AttentionParameters, readAttentionParameters } from "./model/attentionParameters";
export { covariateBlock, symmetricBlockLength } from "./model/covariateBlock";
export {
  type AttentionHead,
  type AttentionLayer,
  applyLayer,
  forwardLabel,
  mergedKeyQuery,
  reducedParameters,
} from "./model/linearAttention";
export {
  layersOf,
  type ModelShape,
  type ParameterLayout,
  parameterLayout,
  pointOf,
  reducedAt,
  type TrainableSet,
} from "./model/parameterLayout";
export { readLayers } from "./model/readLayers";
export { predictLabel } from "./model/reducedPrediction";
export { softmaxLabel } from "./model/softmaxAttention";
export { promptTokens } from "./model/tokens";
// Prediction
export { type AuxiliaryFullOptimum, auxiliaryFullOptimum } from "./predict/auxiliaryFull";
export { keyQueryFlow } from "./predict/keyQueryFlow";
export { auxiliaryValueByMoments, pretrainedByMoments, valueOnlyByMoments } from "./predict/momentOptimum";
export { type Prediction, predict } from "./predict/predict";
export {
  type CovariateDistribution,
  describeCovariates,
  readCovariateDistribution,
} from "./problem/covariateDistribution";
export { isotropicSetting, type Setting } from "./problem/isotropicSetting";
export { type Prompt, readPrompt } from "./problem/prompt";
export { type AuxiliaryWeight, REGIME_KINDS, type Regime, type RegimeKind } from "./problem/regime";
export {
  type Pretraining,
  type RegressionProblem,
  readPretraining,
  readProblem,
  readTask,
} from "./problem/regressionProblem";
export type { RiskTerm } from "./problem/riskTerm";
export { readShots, type ShotCount, type TokenShares, tokenShares } from "./problem/shots";
export { unitTask } from "./problem/unitTask";
// Simulation
export type { ExampleSource } from "./simulate/exampleSource";
export {
  type MeasuredRisk,
  measureRisks,
  monteCarloChange,
  monteCarloRisk,
  type PromptSampling,
  type RiskEstimate,
} from "./simulate/monteCarloRisk";
export { ExampleSampler, samplePrompt } from "./simulate/promptSampler";
export { RandomSource } from "./simulate/randomSource";
export { measuredCells, type RiskCurvePoint, riskCurve } from "./simulate/riskCurve";
export { RowSampler } from "./simulate/rowSampler";
// Studies
export { STUDIES } from "./study";
export { pathOf } from "./study/frontier/paths";
export { runFrontier } from "./study/frontier/unit";
export { runLowRank } from "./study/lowRank/unit";
export { STUDIED_MODELS } from "./study/models/models";
export { runModels } from "./study/models/unit";
export { labelBlock, type Split, splitTable } from "./study/realData/design";
export {
  type FittedTask,
  fitTask,
  syntheticPretraining,
  theoryFits,
  trainedFits,
} from "./study/realData/fit";
export {
  loadRealTable,
  type RealTable,
  type RealTableSource,
  realTableSources,
} from "./study/realData/realTable";
export { repeatedMean } from "./study/realData/repeated";
export { STATEMENTS } from "./study/realData/statements";
export { runUnit as runRealTarget } from "./study/realData/unit";
export { runStudyHere } from "./study/runStudy";
export { loadStudyTable } from "./study/saveStudy";
export {
  type AnyStudy,
  defineStudy,
  type Study,
  type StudyOptions,
  type StudyTable,
  type StudyUnit,
} from "./study/study";
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
} from "./theory/auxiliaryValue";
export { blockParameters, type ParameterBlocks } from "./theory/blockParameters";
export { type ConstantLengthEnd, constantLengthEnd, constantLengthParameters } from "./theory/constantLength";
export { BLOCK_SLOPE, EARLY_STOPPING_DIFFERENCE } from "./theory/earlyStopping";
export { FACTORISED_SADDLE_RISK, factorisedSaddle } from "./theory/factorisedSaddle";
export { GRADIENT_FLOW_SCALE, gradientFlowOptimum } from "./theory/gradientFlowSelection";
export {
  KEY_QUERY_GROWTH_CONSTANT,
  KEY_QUERY_GROWTH_COVARIATES,
  KEY_QUERY_GROWTH_LINEAR,
} from "./theory/keyQueryGrowth";
export {
  FORCED_OFFSET,
  forcedOffset,
  LEFT_IN_ERASED,
  LOW_RANK_PRICE,
  leftInErased,
  lowRankParameters,
  lowRankPrice,
} from "./theory/lowRankDescent";
export {
  NOISELESS_AUXILIARY_LOSS,
  NOISELESS_OWN_SHARE,
  noiselessAuxiliaryLoss,
  noiselessValley,
} from "./theory/noiselessAuxiliary";
export {
  GAUSSIAN_ERROR,
  VALUE_ONLY_OPTIMUM_OTHER_COVARIATES,
  VALUE_ONLY_PRICE_OTHER_COVARIATES,
  VALUE_ONLY_RISK_OTHER_COVARIATES,
} from "./theory/otherCovariates";
export {
  PRETRAINED_BLOCK,
  PRETRAINED_RIDGE,
  PRETRAINED_RISK,
  PRETRAINED_RISK_INVERSE,
  PRETRAINED_RISK_LIMIT,
  pretrainedBlock,
  pretrainedParameters,
  pretrainedRisk,
} from "./theory/pretraining";
export {
  SCORED_RISK,
  SCORED_VALUE_OPTIMUM,
  SCORED_ZERO_SHOT_RISK,
  SCORED_ZERO_SHOT_RISK_INVERSE,
  scoreBesideBlock,
} from "./theory/scoreBesideBlock";
export {
  SOFTMAX_LIMIT_RISK,
  SOFTMAX_SHOTS_COST,
  type SoftmaxHead,
  softmaxLimitRisk,
  softmaxParameters,
  softmaxRisk,
} from "./theory/softmax";
export { afterProducts, erasingProducts, lowestRankOptimum, OFFSET_LIMIT_RISK } from "./theory/updateRank";
export {
  CONSTANT_SCORE_RISK,
  CONSTANT_SCORE_RISK_LIMIT,
  CONSTANT_VALUE_RISK,
  OVERSHOOT_RATIO,
  TARGET_OVERSHOOT,
  type ZeroShotFullOptimum,
  zeroShotFullParameters,
  zeroShotFullRisk,
} from "./theory/zeroShotFull";
export { keyQueryExcess, zeroShotFullFrom } from "./theory/zeroShotFullFrom";
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
} from "./theory/zeroShotValue";
// Training
export { ConservedDrift } from "./train/conservedDrift";
export { type DescentSettings, DivergenceError, type LossPoint, type StepLoss } from "./train/descent";
export { FLOW_DEFAULTS, type FlowEnd, type FlowSettings, followGradientFlow } from "./train/gradientFlow";
export { LowRankUpdate, type UpdateRanks } from "./train/lowRankUpdate";
export {
  MOMENT_REGIMES,
  type MomentRegime,
  type MomentTraining,
  trainOnMoments,
} from "./train/momentTraining";
export { type Moment, type Observer, type Recorded, recorder, type Schedule } from "./train/observer";
export type { OptimiserSettings } from "./train/optimiser";
export { randomTargetTask, readTrainingSettings } from "./train/readTrainingSettings";
export { releasedSettings } from "./train/releasedSettings";
export { runStage, type StageResult } from "./train/runStage";
export {
  factorisedFlowLoss,
  growingPart,
  leavingTime,
  noisyFactors,
  type TimedLoss,
} from "./train/saddleEscape";
export { fineTuningLoss, initialPoint, pretrainingLoss } from "./train/stage";
export { type ExactMotion, type ExactTraining, trainExactly } from "./train/trainExactly";
export { type StageName, TrainingRun } from "./train/trainingRun";
export type { FineTuningStage, Motion, TrainingMethod, TrainingSettings } from "./train/trainingSettings";
