import { readWhole } from "@finetune-icl/base";
import type { ParameterLayout } from "../model/parameterLayout";
import { RandomSource } from "../simulate/randomSource";
import { deepBatch } from "./deepBatch";
import { deepZeroShotBatch } from "./deepZeroShotBatch";
import type { StepLoss } from "./descent";
import { ofAllParameters } from "./headReduction";
import { type BatchLoss, oneLayerBatch } from "./oneLayerBatch";
import type { PromptSource } from "./promptSource";
import { softmaxBatch } from "./softmaxBatch";

/** The batch of a step is a function of the seed and this number alone, so an interrupted descent needs no random state. */
export type StreamOf = (step: number) => number;

/** Mean squared error over a new batch of the source at each step, by a model of any shape. @throws InputError naming `batchSize` or `seed`. */
export function sampledStageLoss(
  layout: ParameterLayout,
  source: PromptSource,
  batchSize: number,
  seed: number,
  streamOf: StreamOf,
): StepLoss {
  readWhole(seed, "seed", 0);
  const batch = promptBatch(layout, source, batchSize);
  return (point, gradient, step) => batch(point, gradient, new RandomSource(seed, streamOf(step)));
}

/** The loss of a batch by a model of any shape, in all its parameters. @throws InputError naming `batchSize`. */
export function promptBatch(layout: ParameterLayout, source: PromptSource, batchSize: number): BatchLoss {
  readWhole(batchSize, "batchSize", 1);
  const { attention, layers, heads } = layout.shape;
  if (layers > 1) return (source.shots === 0 ? deepZeroShotBatch : deepBatch)(layout, source, batchSize);
  const batch = attention === "softmax" ? softmaxBatch : oneLayerBatch;
  return ofAllParameters(layout, batch(source, layout.size, heads, batchSize));
}

/** The same from a batch of one layer's v and M alone. */
export function oneLayerStageLoss(
  layout: ParameterLayout,
  batch: BatchLoss,
  seed: number,
  streamOf: StreamOf,
): StepLoss {
  const loss = ofAllParameters(layout, batch);
  return (point, gradient, step) => loss(point, gradient, new RandomSource(seed, streamOf(step)));
}
