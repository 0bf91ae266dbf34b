export { type CovariateDistribution, describeCovariates, readCovariateDistribution } from "./covariateDistribution";
export { type Setting, isotropicSetting } from "./isotropicSetting";
export { type Prompt, readPrompt } from "./prompt";
export { type RawRecord, join, readChoice, readList, readRecord, readScalar, readWhole } from "./readInput";
export { type AuxiliaryWeight, REGIME_KINDS, type Regime, type RegimeKind } from "./regime";
export { PRETRAINING_FIELDS, type Pretraining, type RegressionProblem, readPretraining, readProblem, readTask } from "./regressionProblem";
export type { RiskTerm } from "./riskTerm";
export { type ShotCount, type TokenShares, readShots, tokenShares } from "./shots";
export { unitTask } from "./unitTask";
