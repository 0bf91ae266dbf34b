import { evaluate, FLOAT, type Vector } from "@finetune-icl/core/algebra";
import type { Profile, TrainingEvidence, TrainingRow } from "@finetune-icl/core/evidence";
import { linearResponse } from "@finetune-icl/core/exact";
import { tokenShares } from "@finetune-icl/core/problem";
import {
  auxiliaryValueOptimum,
  CONSTANT_SCORE_RESPONSE,
  PRETRAINED_RESPONSE,
  VALUE_ONLY_RESPONSE,
  valueOnlyOptimum,
} from "@finetune-icl/core/theory";
import { coefficientsOf } from "./coefficients";
import { fineTuningTerms, pretrainedPoint, type Trained, train } from "./descent";
import { type ClaimSetting, RELEASED, randomSetting } from "./settings";

/** Intrusion and gain of what gradient flow ends at, on prompts of a task that is not the target. */

const SHOTS = [1, 20];

const settingsFor = (profile: Profile): readonly ClaimSetting[] =>
  profile === "quick" ? [RELEASED] : [RELEASED, ...[2, 4].map(randomSetting)];

/** What the formulas of ℓ need that is known before training. */
const common = ({ problem, gamma, otherTask, targetTask }: ClaimSetting, shots: number) => ({
  covariance: problem.covariance,
  gamma,
  task: otherTask,
  targetTask,
  ...tokenShares(FLOAT, shots),
});

function rows(
  setting: ClaimSetting,
  { parameters, settled }: Trained,
  model: string,
  predicted: (shots: number) => Vector,
  control: { readonly description: string; readonly response: (shots: number) => Vector },
): readonly TrainingRow[] {
  return SHOTS.flatMap((shots) => {
    const { problem, otherTask } = setting;
    const measured = coefficientsOf(setting, linearResponse(FLOAT, problem, otherTask, shots, parameters));
    const [claimed, wrong] = [predicted(shots), control.response(shots)].map((response) =>
      coefficientsOf(setting, response),
    );
    return (["intrusion", "shortfall"] as const).map((of) => ({
      label: `${setting.label}, ${model}: ${of === "intrusion" ? "intrusion a" : "shortfall 1 − b"}, n = ${shots}`,
      predicted: claimed![of],
      measured: measured[of],
      tolerance: 1e-6,
      reason: "parameters exact to 1e-7, and coefficients whose slopes in them are below ten",
      settled,
      controls: { [control.description]: { predicted: wrong![of], measured: measured[of] } },
    }));
  });
}

export const valueOnlyResponses: TrainingEvidence = {
  trains:
    "gradient flow of v alone from the pretrained point, on the zero-shot risk and with an auxiliary loss (λ = 1/2, n = 10), by exact gradients; then intrusion and gain of what it ended at",
  run: (profile) =>
    settingsFor(profile).flatMap((setting) => {
      const { problem, gamma, targetTask } = setting;
      const auxiliary = { shots: 10, weight: 0.5 };
      const optima = [
        { labelWeight: 1, valueVector: valueOnlyOptimum(FLOAT, problem, gamma, targetTask) },
        auxiliaryValueOptimum(FLOAT, problem, gamma, targetTask, auxiliary),
      ];
      return optima.flatMap((value, which) =>
        rows(
          setting,
          train(
            setting,
            pretrainedPoint(setting),
            fineTuningTerms(targetTask, which === 0 ? undefined : auxiliary),
            "value",
          ),
          which === 0 ? "zero-shot" : "auxiliary",
          (shots) => evaluate(VALUE_ONLY_RESPONSE, FLOAT, { ...common(setting, shots), ...value }),
          {
            description: "as pretrained",
            response: (shots) => evaluate(PRETRAINED_RESPONSE, FLOAT, common(setting, shots)),
          },
        ),
      );
    }),
};

export const fullResponses: TrainingEvidence = {
  trains:
    "gradient flow of all entries from the pretrained point, by exact gradients of the zero-shot risk; then intrusion and gain of what it ended at",
  run: (profile) =>
    settingsFor(profile).flatMap((setting) =>
      rows(
        setting,
        train(setting, pretrainedPoint(setting), fineTuningTerms(setting.targetTask)),
        "full",
        (shots) => evaluate(CONSTANT_SCORE_RESPONSE, FLOAT, common(setting, shots)),
        {
          description: "as pretrained",
          response: (shots) => evaluate(PRETRAINED_RESPONSE, FLOAT, common(setting, shots)),
        },
      ),
    ),
};
