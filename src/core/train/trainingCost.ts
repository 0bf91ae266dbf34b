import type { ModelShape } from "../model/parameterLayout";
import { tokenLength } from "../model/tokens";
import { type Cost, MOST_BYTES } from "../problem/cost";
import type { FineTuningStage, Motion, PretrainingStage, TrainingMethod } from "./trainingSettings";

/** What the parameters of a model take, their gradient, the optimiser's memory and the lists of which are trained included. */
export function modelCost({ dimension, layers, heads, keyQuery }: ModelShape): Cost {
  const blocks = layers * heads * (keyQuery === "merged" ? 2 : 3);
  return { bytes: blocks * (200 + 160 * tokenLength(dimension) ** 2) };
}

/** The memory of the loss as one quadratic in prompt features (exact/featureLoss): two tables of all pairs of features. */
export function featureBytes(dimension: number): number {
  const size = tokenLength(dimension);
  const features = ((size * (size + 1)) / 2) * (dimension + 1);
  return 2 * Float64Array.BYTES_PER_ELEMENT * features ** 2;
}

/** Whether the exact loss of so many tasks goes task by task, or as one quadratic in features, which needs memory. */
export const goesTaskByTask = (dimension: number, heads: number, tasks: number): boolean =>
  heads === 1 && (tasks <= 2 || featureBytes(dimension) > MOST_BYTES);

/** What a stage of training takes: for gradient flow, whose steps nobody knows before, ten thousand evaluations. */
export function stageCost(
  method: TrainingMethod,
  model: ModelShape,
  { motion, shots, tasks }: { readonly motion: Motion; readonly shots: number; readonly tasks: number },
): Cost {
  const { dimension, heads, layers } = model;
  const size = tokenLength(dimension);
  const evaluations = motion.kind === "descent" ? motion.steps : 10_000;
  if (method.kind === "exact") {
    if (goesTaskByTask(dimension, heads, tasks))
      return { operations: evaluations * tasks * 20 * size ** 3, bytes: tasks * 40 * size };
    const bytes = featureBytes(dimension);
    return { operations: evaluations * (bytes / 16), bytes };
  }
  // Second moments of any number of tokens stand in D rows.
  const rows = method.sampling === "moments" ? Math.min(shots, size) : shots;
  return {
    operations: evaluations * method.batchSize * (rows + 1) * size * 10 * layers * heads,
    bytes: (rows + 1) * size * 8 * (layers + 2),
  };
}

/** Pretraining averages over a prior by 2d² tasks. */
export const pretrainingCost = (method: TrainingMethod, model: ModelShape, stage: PretrainingStage): Cost =>
  stageCost(method, model, { motion: stage.motion, shots: stage.shots, tasks: 2 * model.dimension ** 2 });

export const fineTuningCost = (method: TrainingMethod, model: ModelShape, stage: FineTuningStage): Cost =>
  stageCost(method, model, { motion: stage.motion, shots: stage.auxiliary?.shots ?? 0, tasks: 2 });
