import type { TrainingEvidence } from "@finetune-icl/core/evidence";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { distance, fineTuningTerms, pretrainedPoint, train } from "./descent";
import { type ClaimSetting, RELEASED, randomSetting } from "./settings";

/** How far gradient flow moves M when v is held fixed. */
function travelled(setting: ClaimSetting, start: AttentionParameters): { moved: number; settled: boolean } {
  const { parameters, settled } = train(setting, start, fineTuningTerms(setting.targetTask), "key-query");
  return { moved: distance(parameters.keyQuery.flat(), start.keyQuery.flat()), settled };
}

export const keyQueryTraining: TrainingEvidence = {
  trains:
    "gradient flow of M alone from the pretrained point, by exact gradients of the zero-shot risk: how far it moves",
  run: (profile) =>
    (profile === "quick" ? [RELEASED] : [RELEASED, randomSetting(2)]).map((setting) => {
      const start = pretrainedPoint(setting);
      const { moved, settled } = travelled(setting, start);
      const nudged = { ...start, value: start.value.map((x, k) => (k === 1 ? 0.2 : x)) };
      return {
        label: `${setting.label}: distance M moves`,
        predicted: 0,
        measured: moved,
        tolerance: 0,
        reason: "a gradient that is exactly zero moves nothing",
        settled,
        controls: {
          "the same from a point with v_x ≠ 0": { predicted: 0, measured: travelled(setting, nudged).moved },
        },
      };
    }),
};
