export { type Cost, requireAffordable } from "./cost";
export {
  type CovariateDistribution,
  describeCovariates,
  readCovariateDistribution,
} from "./covariateDistribution";
export { isotropicSetting, type Setting } from "./isotropicSetting";
export { type Prompt, readPrompt } from "./prompt";
export { join, type RawRecord, readChoice, readList, readRecord, readScalar, readWhole } from "./readInput";
export { type AuxiliaryWeight, REGIME_KINDS, type Regime, type RegimeKind } from "./regime";
export {
  PRETRAINING_FIELDS,
  type Pretraining,
  type RegressionProblem,
  readPretraining,
  readProblem,
  readTask,
} from "./regressionProblem";
export type { RiskTerm } from "./riskTerm";
export { readShots, type ShotCount, type TokenShares, tokenShares } from "./shots";
export { unitTask } from "./unitTask";
