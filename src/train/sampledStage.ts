import type { ParameterLayout } from "../model/parameterLayout";
import { RandomSource } from "../simulate/randomSource";
import { deepBatch } from "./deepBatch";
import type { StepLoss } from "./descent";
import { ofAllParameters } from "./headReduction";
import { type BatchLoss, oneLayerBatch } from "./oneLayerBatch";
import type { PromptSource } from "./promptSource";

/** The batch of a step is a function of the seed and this number alone, so an interrupted descent needs no random state. */
export type StreamOf = (step: number) => number;

/** Mean squared error over a new batch of the source at each step, by a model of any shape. */
export function sampledStageLoss(
  layout: ParameterLayout,
  source: PromptSource,
  batchSize: number,
  seed: number,
  streamOf: StreamOf,
): StepLoss {
  const { layers, heads } = layout.shape;
  return layers === 1
    ? oneLayerStageLoss(layout, oneLayerBatch(source, layout.size, heads, batchSize), seed, streamOf)
    : stepped(deepBatch(layout, source, batchSize), seed, streamOf);
}

/** The same from a batch of one layer's v and M alone. */
export function oneLayerStageLoss(
  layout: ParameterLayout,
  batch: BatchLoss,
  seed: number,
  streamOf: StreamOf,
): StepLoss {
  let random = new RandomSource(seed);
  const loss = ofAllParameters(layout, (point, gradient) => batch(point, gradient, random));
  return (point, gradient, step) => {
    random = new RandomSource(seed, streamOf(step));
    return loss(point, gradient);
  };
}

const stepped =
  (batch: BatchLoss, seed: number, streamOf: StreamOf): StepLoss =>
  (point, gradient, step) =>
    batch(point, gradient, new RandomSource(seed, streamOf(step)));
