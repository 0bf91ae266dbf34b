import { FLOAT } from "../../algebra/numberField";
import { covariateMoments } from "../../exact/covariateMoments";
import { gaussianNoise, linearTaskMoments, type TokenMoments } from "../../exact/tokenMoments";
import type { AttentionParameters } from "../../model/attentionParameters";
import { pretrainedByMoments } from "../../predict/momentOptimum";
import { predict } from "../../predict/predict";
import type { CovariateDistribution } from "../../problem/covariateDistribution";
import { MOMENT_REGIMES, type MomentRegime, trainOnMoments } from "../../train/momentTraining";
import { RELEASED_SHOTS } from "../../train/releasedSettings";
import { SETTING, TASKS, type TaskName } from "./settings";

export type FittedRegime = "pretrained" | MomentRegime;
export const FITTED_REGIMES: readonly FittedRegime[] = ["pretrained", ...MOMENT_REGIMES];

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
): Readonly<Record<FittedRegime, AttentionParameters>> {
  const { problem, pretraining } = SETTING;
  const pretrained = pretrainedByMoments(
    covariateMoments(distribution, problem.covariance),
    { kind: "sphere", taskCovariance: pretraining.taskCovariance },
    problem.noiseVariance,
    pretraining.shots,
  );
  const train = (regime: MomentRegime): AttentionParameters =>
    trainOnMoments(regime, pretrained, target, { auxiliaryShots: RELEASED_SHOTS, steps }).parameters;
  return {
    pretrained,
    "zero-shot-full": train("zero-shot-full"),
    "zero-shot-value": train("zero-shot-value"),
    "auxiliary-value": train("auxiliary-value"),
    "auxiliary-full": train("auxiliary-full"),
  };
}
