import { type CovariateDistribution, isotropicSetting } from "@finetune-icl/core/problem";
import { RELEASED_SHOTS } from "@finetune-icl/core/train";

/** The released experiment's problem: d = 5, Σ = I, σ² = 0.1, tasks on the unit sphere, 20 shots. */
export const SETTING = isotropicSetting({
  dimension: 5,
  noiseVariance: 0.1,
  pretrainingShots: RELEASED_SHOTS,
});

/** Along paths that leave the Gaussian: towards two-point covariates, towards rare large ones, askew, off centre. */
export const DISTRIBUTIONS: readonly CovariateDistribution[] = [
  { kind: "gaussian" },
  { kind: "mixture", separation: 0.7 },
  { kind: "mixture", separation: 0.85 },
  { kind: "mixture", separation: 1 },
  { kind: "uniform" },
  { kind: "sphere" },
  { kind: "sparse", density: 0.75 },
  { kind: "sparse", density: 0.5 },
  { kind: "sparse", density: 0.3 },
  { kind: "sparse", density: 0.2 },
  { kind: "heavy-tailed", degrees: 30 },
  { kind: "heavy-tailed", degrees: 14 },
  { kind: "heavy-tailed", degrees: 8 },
  { kind: "skewed", shape: 4 },
  { kind: "skewed", shape: 1 },
  { kind: "shifted", shift: 0.3 },
  { kind: "shifted", shift: 0.6 },
];

const ROOT_HALF = Math.SQRT1_2;
/** The target leans on the first covariate, which is the shifted one; the unrelated task is orthogonal to it. */
export const TASKS = {
  target: [ROOT_HALF, ROOT_HALF, 0, 0, 0],
  opposite: [-ROOT_HALF, -ROOT_HALF, 0, 0, 0],
  unrelated: [0, 0, 1, 0, 0],
} as const;

export type TaskName = keyof typeof TASKS;
export const TASK_NAMES = Object.keys(TASKS) as readonly TaskName[];

export const SHOTS = [0, 1, 5, 10, 20, 40] as const;
