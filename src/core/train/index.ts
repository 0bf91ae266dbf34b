export { ConservedDrift } from "./conservedDrift";
export {
  type DescentSettings,
  DivergenceError,
  descend,
  type LossPoint,
  type StepLoss,
  startDescent,
} from "./descent";
export { FLOW_DEFAULTS, type FlowEnd, type FlowSettings, followGradientFlow } from "./gradientFlow";
export { gradientNoise } from "./gradientNoise";
export { LowRankUpdate, type UpdateRanks } from "./lowRankUpdate";
export { MOMENT_REGIMES, type MomentRegime, type MomentTraining, trainOnMoments } from "./momentTraining";
export { type Moment, type Observer, type Recorded, recorder, type Schedule } from "./observer";
export { clipJointly, type OptimiserSettings } from "./optimiser";
export { finitePrompts, freshPrompts, inOrder, type PromptSource, taskPrompts } from "./promptSource";
export { randomTargetTask, readTrainingSettings } from "./readTrainingSettings";
export {
  RELEASED_ADAM,
  RELEASED_BATCH,
  RELEASED_EXAMPLES,
  RELEASED_MOTION,
  RELEASED_NOISE,
  RELEASED_SHOTS,
  releasedSettings,
} from "./releasedSettings";
export { runStage, type StageResult } from "./runStage";
export { factorisedFlowLoss, growingPart, leavingTime, noisyFactors, type TimedLoss } from "./saddleEscape";
export { promptBatch, sampledStageLoss } from "./sampledStage";
export { softmaxBatch } from "./softmaxBatch";
export { fineTuningLoss, initialPoint, pretrainingLoss, sourceOf, stageStream, withOnlyAt } from "./stage";
export { type ExactMotion, type ExactTraining, trainExactly } from "./trainExactly";
export { isStoredRun, mapStored, type StageName, type StoredRun, TrainingRun } from "./trainingRun";
export type { FineTuningStage, Motion, TrainingMethod, TrainingSettings } from "./trainingSettings";
