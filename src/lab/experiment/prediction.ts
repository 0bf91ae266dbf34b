import { requireVector } from "@finetune-icl/base";
import type { Vector } from "@finetune-icl/core/algebra";
import { type Prediction, predict } from "@finetune-icl/core/predict";
import type { Regime } from "@finetune-icl/core/problem";
import { RELEASED_SHOTS, releasedSettings } from "@finetune-icl/core/train";
import { EXPERIMENT_WEIGHT, type ExperimentRegime, experimentRegimes } from "./regimes";
import type { ExperimentRun } from "./unit";

/**
 * What theory says of a regime's end: the optimum that fine-tuning from the exact pretrained optimum tends to. Nothing for
 * the key or the query with an auxiliary loss, for which there is no statement, and nothing for all parameters with K and Q
 * apart, where the flow's choice of c depends on the factors that pretraining happened to end at.
 * @throws InputError when θ₀ has not length 5 or an entry is not finite.
 */
export function experimentPrediction(
  run: ExperimentRun,
  name: string,
  targetTask: Vector,
): Prediction | undefined {
  const { problem, pretraining } = releasedSettings();
  requireVector(targetTask, "targetTask", problem.dimension);
  const regime = experimentRegimes(run.keyQuery).find((item) => item.name === name);
  const statement =
    regime === undefined ? ({ kind: "pretrained" } as const) : stated(run, regime, targetTask);
  return statement === undefined
    ? undefined
    : predict(
        problem,
        { taskCovariance: pretraining.prior.taskCovariance, shots: pretraining.shots },
        statement,
      );
}

function stated(run: ExperimentRun, regime: ExperimentRegime, targetTask: Vector): Regime | undefined {
  const auxiliary = { targetTask, auxiliaryShots: RELEASED_SHOTS, auxiliaryWeight: EXPERIMENT_WEIGHT };
  switch (regime.trainable) {
    case "all":
      if (run.keyQuery === "separate") return undefined;
      return regime.auxiliary
        ? { kind: "auxiliary-full", ...auxiliary }
        : { kind: "zero-shot-full", targetTask };
    case "value":
      return regime.auxiliary
        ? { kind: "auxiliary-value", ...auxiliary }
        : { kind: "zero-shot-value", targetTask };
    default:
      return regime.auxiliary ? undefined : { kind: "zero-shot-key-query", targetTask };
  }
}
