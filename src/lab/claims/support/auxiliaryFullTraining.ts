import { FLOAT } from "@finetune-icl/core/algebra";
import type { TrainingEvidence } from "@finetune-icl/core/evidence";
import { relaxedPoint } from "@finetune-icl/core/exact";
import { auxiliaryFullOptimum } from "@finetune-icl/core/predict";
import { distance, FLOW_TOLERANCE, fineTuningTerms, pretrainedPoint, trainToRest } from "./descent";
import { RELEASED, randomSetting } from "./settings";

export const auxiliaryFullTraining: TrainingEvidence = {
  trains:
    "descent of all entries from the pretrained point on R(0, θ₀) + λ R(20, θ₀) (gradient flow, then Newton's method to rest), by exact gradients, beside the point that damped Newton steps from the start predict, and the bounds",
  run: (profile) =>
    (profile === "quick" ? [RELEASED] : [RELEASED, randomSetting(2), randomSetting(3)]).flatMap((setting) => {
      const { problem, targetTask } = setting;
      const auxiliary = { shots: 20, weight: 1 };
      const start = pretrainedPoint(setting);
      const { parameters, value, settled } = trainToRest(
        setting,
        start,
        fineTuningTerms(targetTask, auxiliary),
      );
      const newton = auxiliaryFullOptimum(problem, start, targetTask, auxiliary);
      const { loss, lowerBound, lowerBoundWithoutConstant } = newton.optimisation;
      const point = relaxedPoint(FLOAT, newton.parameters);
      return [
        {
          label: `${setting.label}: loss (bounds ${lowerBound.toPrecision(6)} and, for v₀ = 0, ${lowerBoundWithoutConstant.toPrecision(6)})`,
          predicted: loss,
          measured: value,
          tolerance: 1e-12,
          reason: "flat at its minimum: of second order in the remaining distance, below 1e-7",
          settled,
          controls: {
            "the bound is reached": { predicted: lowerBound, measured: value },
            "the bound for v₀ = 0 is reached": { predicted: lowerBoundWithoutConstant, measured: value },
          },
        },
        {
          label: `${setting.label}: distance of M⊗v from Newton's point`,
          predicted: 0,
          measured: distance(relaxedPoint(FLOAT, parameters), point),
          ...FLOW_TOLERANCE,
          settled,
          controls: {
            "nothing moves": { predicted: 0, measured: distance(relaxedPoint(FLOAT, start), point) },
          },
        },
      ];
    }),
};
