import { FLOAT } from "@finetune-icl/core/algebra";
import {
  covariateMoments,
  gaussianNoise,
  linearTaskMoments,
  type TokenMoments,
} from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { predict, pretrainedByMoments } from "@finetune-icl/core/predict";
import type { CovariateDistribution } from "@finetune-icl/core/problem";
import { RELEASED_SHOTS } from "@finetune-icl/core/train";
import { type Fits, type FittedRegime, fineTunedFits } from "../fittedRegimes";
import { SETTING, TASKS, type TaskName } from "./settings";

/** The moments of labelled tokens of each task. */
export function tokenMomentsOf(
  distribution: CovariateDistribution,
): Readonly<Record<TaskName, TokenMoments>> {
  const { problem } = SETTING;
  const covariates = covariateMoments(distribution, problem.covariance);
  const noise = gaussianNoise(FLOAT, problem.noiseVariance);
  const of = (task: TaskName) => linearTaskMoments(FLOAT, covariates, TASKS[task], noise);
  return { target: of("target"), opposite: of("opposite"), unrelated: of("unrelated") };
}

/** What the Gaussian theory takes the parameters of a regime to be; it knows nothing of the distribution. */
export function theoryFit(regime: FittedRegime): AttentionParameters {
  const { problem, pretraining } = SETTING;
  const targetTask = TASKS.target;
  const auxiliary = { auxiliaryShots: RELEASED_SHOTS, auxiliaryWeight: "annealed" } as const;
  return predict(
    problem,
    pretraining,
    regime === "pretrained" ? { kind: regime } : { kind: regime, targetTask, ...auxiliary },
  ).parameters;
}

/** The same regimes with nothing Gaussian in them: pretrained to the optimum and trained on the distribution as it is. */
export function distributionFits(
  distribution: CovariateDistribution,
  target: TokenMoments,
  steps: number,
): Fits {
  const { problem, pretraining } = SETTING;
  const pretrained = pretrainedByMoments(
    covariateMoments(distribution, problem.covariance),
    { kind: "sphere", taskCovariance: pretraining.taskCovariance },
    problem.noiseVariance,
    pretraining.shots,
  );
  return fineTunedFits(pretrained, target, steps);
}
