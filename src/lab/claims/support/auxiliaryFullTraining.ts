import { FLOAT } from "@finetune-icl/core/algebra";
import type { TrainingEvidence } from "@finetune-icl/core/evidence";
import { asParameters, asPoint, exactLoss, pack, relaxedPoint, unpack } from "@finetune-icl/core/exact";
import { tokenLength } from "@finetune-icl/core/model";
import { auxiliaryFullOptimum } from "@finetune-icl/core/predict";
import { followGradientFlow } from "@finetune-icl/core/train";
import { leastCurvature } from "./curvature";
import { distance, fineTuningTerms, pretrainedPoint } from "./descent";
import { RELEASED, randomSetting } from "./settings";

/** Length of the gradient at which the flow stops. */
const GRADIENT = 1e-6;

export const auxiliaryFullTraining: TrainingEvidence = {
  trains:
    "gradient flow of all entries from the pretrained point on R(0, θ₀) + λ R(20, θ₀), by exact gradients and nothing else, beside the point that damped Newton steps from the start predict, and the bounds",
  run: (profile) =>
    (profile === "quick" ? [randomSetting(2)] : [RELEASED, randomSetting(2), randomSetting(3)]).flatMap(
      (setting) => {
        const { problem, targetTask } = setting;
        const size = tokenLength(problem.dimension);
        const auxiliary = { shots: 20, weight: 1 };
        const start = pretrainedPoint(setting);
        const loss = exactLoss(problem, fineTuningTerms(targetTask, auxiliary));
        const flow = followGradientFlow(loss, asPoint(pack(start)), {
          gradientTolerance: GRADIENT,
          maxTime: 1e5,
        });
        const parameters = unpack(asParameters(flow.point, size));
        const newton = auxiliaryFullOptimum(problem, start, targetTask, auxiliary);
        const { loss: predicted, lowerBound, lowerBoundWithoutConstant } = newton.optimisation;
        const point = relaxedPoint(FLOAT, newton.parameters);
        // The loss does not change when v grows by a factor and M shrinks by it, nor does M⊗v.
        const exchange = flow.point.map((x, i) => (i < size ? x : -x));
        const curvature = leastCurvature(loss, flow.point, exchange);
        const remaining = `the flow stops at a gradient of ${GRADIENT}, over the least curvature measured there, ${curvature.toPrecision(2)}`;
        return [
          {
            label: `${setting.label}: loss (bounds ${lowerBound.toPrecision(6)} and, for v₀ = 0, ${lowerBoundWithoutConstant.toPrecision(6)})`,
            predicted,
            measured: flow.value,
            tolerance: GRADIENT ** 2 / curvature,
            reason: `${remaining}, which stands in the loss with the square of the gradient`,
            settled: flow.settled,
            controls: {
              "the bound is reached": { predicted: lowerBound, measured: flow.value },
              "the bound for v₀ = 0 is reached": {
                predicted: lowerBoundWithoutConstant,
                measured: flow.value,
              },
            },
          },
          {
            label: `${setting.label}: distance of M⊗v from Newton's point`,
            predicted: 0,
            measured: distance(relaxedPoint(FLOAT, parameters), point),
            // M⊗v moves by the size of v for each unit of M, and by that of M for each of v.
            tolerance: (10 * GRADIENT) / curvature,
            reason: `${remaining}; ten times, for M⊗v against (v, M)`,
            settled: flow.settled,
            controls: {
              "nothing moves": { predicted: 0, measured: distance(relaxedPoint(FLOAT, start), point) },
            },
          },
        ];
      },
    ),
};
