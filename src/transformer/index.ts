export { forward } from "./gpt/forward";
export {
  initialParameters,
  interpolate,
  loadParameters,
  type Parameters,
  parameterShapes,
  type StoredParameters,
  storeParameters,
  type Tensor,
} from "./gpt/parameters";
export { type GptShape, MLP_RATIO, requireShape } from "./gpt/shape";
export {
  type ConfinableSet,
  type Confined,
  type LayerRange,
  LORA_TARGETS,
  type LoraTarget,
  preparedParameters,
  type SparedTokens,
  splitParameters,
  TRAINABLE_SETS,
  type Trainable,
  type TrainableSet,
  trainableName,
} from "./gpt/trainable";
export { type LanguageCell, languageCells } from "./language/grid";
export { isIntruder } from "./language/intruders";
export { type LanguagePlanOptions, prepareLanguageStudy } from "./language/prepare";
export { drawLanguagePrompts, type PromptLine, type TestLine } from "./language/prompts";
export { type LanguagePlan, readLanguagePlan } from "./language/results";
export { LANGUAGE_SIZES, type LanguageProfile, type LanguageStudySize } from "./language/settings";
export { summariseLanguageStudy } from "./language/summarise";
export {
  type Pair,
  readChoices,
  readWordTasks,
  TARGETS,
  type TaskRoles,
  type WordTask,
} from "./language/tasks";
export {
  drawTestSets,
  type Measure,
  measure,
  TEST_TASKS,
  type TestSet,
  type TestTask,
} from "./measuring/measure";
export { createPredictor, type Predictor } from "./measuring/predictor";
export { ridgePrediction } from "./measuring/ridge";
export { drawZeroShot, type ZeroShotPath, zeroShotPath } from "./measuring/zeroShotPath";
export {
  openTransformerCheckpoint,
  requireTransformerFolder,
  runTransformerStudy,
  runTransformerUnits,
  saveTransformerStudy,
  shardUnits,
  TRANSFORMER_FOLDER,
  type TransformerStudyOptions,
  transformerTables,
  unitCount,
  unitNames,
} from "./study/run";
export type { TransformerStudyName } from "./study/settings";
export type { UnitResult } from "./study/unit";
export { type Allowed, allowedDirections, type ConfinementSettings, withAllowed } from "./training/confine";
export { type FineTuningSettings, fineTune, type Objective } from "./training/fineTune";
export { type PretrainingSettings, pretrain } from "./training/pretrain";
export { drawPrompts, drawTask, type PromptBatch, type TaskSetting } from "./training/prompts";
export { type TrainingResult, type TrainingRun, train } from "./training/trainer";
