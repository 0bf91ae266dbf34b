import { parameterLayout } from "@finetune-icl/core/model";
import {
  freshPrompts,
  pretrainingLoss,
  type StepLoss,
  sampledStageLoss,
  stageStream,
  type TrainingMethod,
  type TrainingSettings,
} from "@finetune-icl/core/train";

export type SampledSettings = TrainingSettings & {
  readonly method: Extract<TrainingMethod, { readonly kind: "sampled" }>;
};

/**
 * The mean of the pretraining losses at several numbers of shots, each on its share of the batch; at one number, the
 * pretraining loss itself.
 */
export function mixedLengthsLoss(settings: SampledSettings, lengths: readonly number[]): StepLoss {
  const { problem, model, method, pretraining, seed } = settings;
  if (lengths.length === 1) return pretrainingLoss(settings);
  const layout = parameterLayout(model);
  const share = Math.ceil(method.batchSize / lengths.length);
  const parts = lengths.map((shots, k) =>
    sampledStageLoss(
      layout,
      freshPrompts(problem, pretraining.prior, shots, method.sampling),
      share,
      seed,
      (step) => stageStream("pretraining")(step * lengths.length + k),
    ),
  );
  const part = new Float64Array(layout.length);
  return (point, gradient, step) => {
    gradient.fill(0);
    let loss = 0;
    for (const lossOf of parts) {
      loss += lossOf(point, part, step) / lengths.length;
      for (let i = 0; i < part.length; i += 1) gradient[i]! += part[i]! / lengths.length;
    }
    return loss;
  };
}
