import { FLOAT } from "@finetune-icl/core/algebra";
import type { Profile, TrainingEvidence, TrainingRow } from "@finetune-icl/core/evidence";
import type { AttentionParameters } from "@finetune-icl/core/model";
import {
  auxiliaryValueOptimum,
  blockParameters,
  valueOnlyOptimum,
  valueOnlyParameters,
} from "@finetune-icl/core/theory";
import {
  distance,
  FLOW_TOLERANCE,
  fineTuningTerms,
  pretrainedPoint,
  riskOf,
  type Trained,
  train,
} from "./descent";
import { type ClaimSetting, RELEASED, randomSetting } from "./settings";

/** Fine-tuning of the value row alone, from the pretrained point. */

const settingsFor = (profile: Profile): readonly ClaimSetting[] =>
  profile === "quick" ? [RELEASED] : [RELEASED, ...[1, 3, 8].map(randomSetting)];

function valueRow(
  { label }: ClaimSetting,
  { parameters, settled }: Trained,
  predicted: AttentionParameters,
  controls: Readonly<Record<string, AttentionParameters>>,
): TrainingRow {
  const gap = (to: AttentionParameters) => ({ predicted: 0, measured: distance(parameters.value, to.value) });
  return {
    label: `${label}: distance of v from its optimum`,
    ...gap(predicted),
    ...FLOW_TOLERANCE,
    settled,
    controls: Object.fromEntries(Object.entries(controls).map(([name, wrong]) => [name, gap(wrong)])),
  };
}

export const valueOnlyTraining: TrainingEvidence = {
  trains:
    "gradient flow of v alone from the pretrained point, by exact gradients of the zero-shot risk: where it ends",
  run: (profile) =>
    settingsFor(profile).map((setting) => {
      const { problem, gamma, targetTask } = setting;
      const trained = train(setting, pretrainedPoint(setting), fineTuningTerms(targetTask), "value");
      const optimum = valueOnlyOptimum(FLOAT, problem, gamma, targetTask);
      const scaled = (factor: number) =>
        valueOnlyParameters(
          FLOAT,
          gamma,
          optimum.map((x) => factor * x),
        );
      const { dimension: d } = problem;
      return valueRow(setting, trained, scaled(1), {
        "d + 3 for d + 4": scaled((d + 4) / (d + 3)),
        "v_x left at zero": scaled(0),
      });
    }),
};

export const auxiliaryValueTraining: TrainingEvidence = {
  trains:
    "gradient flow of v alone from the pretrained point, on R(0, θ₀) + λ R(n, θ₀) with λ = 1/2, n = 10, by exact gradients: where it ends",
  run: (profile) =>
    settingsFor(profile).flatMap((setting) => {
      const { problem, gamma, targetTask } = setting;
      const auxiliary = { shots: 10, weight: 0.5 };
      const trained = train(
        setting,
        pretrainedPoint(setting),
        fineTuningTerms(targetTask, auxiliary),
        "value",
      );
      const at = (shots: number, weight: number | "annealed") =>
        blockParameters(FLOAT, {
          block: gamma,
          ...auxiliaryValueOptimum(FLOAT, problem, gamma, targetTask, { shots, weight }),
        });
      const optimum = at(10, 0.5);
      const loss = (p: AttentionParameters): number =>
        riskOf(setting, p, targetTask, 0) + 0.5 * riskOf(setting, p, targetTask, 10);
      return [
        valueRow(setting, trained, optimum, { "n + 1 for n": at(11, 0.5), "λ = 1 for λ = 1/2": at(10, 1) }),
        {
          label: `${setting.label}: loss`,
          predicted: loss(optimum),
          measured: trained.value,
          tolerance: 1e-12 * (1 + loss(optimum)),
          reason: "flat at its minimum: of second order in the remaining distance, below 1e-7",
          settled: trained.settled,
          controls: {
            "the annealed optimum": { predicted: loss(at(10, "annealed")), measured: trained.value },
          },
        },
      ];
    }),
};
