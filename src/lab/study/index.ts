import { covariateStudy } from "./covariates";
import { exactAndSampled } from "./exactAndSampled";
import { whenToStop } from "./frontier";
import { lowRank } from "./lowRank";
import { otherModels } from "./models";
import { realDataStudy } from "./realData";
import type { AnyStudy } from "./study";

/** All studies, in the order in which the course asks them. */
export const STUDIES: readonly AnyStudy[] = [
  exactAndSampled,
  realDataStudy,
  covariateStudy,
  otherModels,
  lowRank,
  whenToStop,
];
export { pathOf } from "./frontier/paths";
export { FRONTIER_DIMENSION, runFrontier } from "./frontier/unit";
export { LOW_RANK_SETTING, runLowRank } from "./lowRank/unit";
export { STUDIED_MODELS } from "./models/models";
export { runModels } from "./models/unit";
export { labelBlock, type Split, splitTable } from "./realData/design";
export { type FittedTask, fitTask, syntheticPretraining, theoryFits, trainedFits } from "./realData/fit";
export { loadRealTable, type RealTable, type RealTableSource, realTableSources } from "./realData/realTable";
export { clearDistance, repeatedMean } from "./realData/repeated";
export { STATEMENTS } from "./realData/statements";
export { runUnit } from "./realData/unit";
export { runStudy, runStudyHere, runStudyUnits, type StudyTask } from "./runStudy";
export { DEFAULT_SEED, loadStudyTable, requireStudyFolder, STUDIES_FOLDER, saveStudy } from "./saveStudy";
export {
  type AnyStudy,
  defineStudy,
  type Study,
  type StudyOptions,
  type StudyTable,
  type StudyUnit,
} from "./study";
