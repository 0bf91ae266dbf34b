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
