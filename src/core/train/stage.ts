import { InputError, readWhole, requireNumber, requireVector } from "@finetune-icl/base";
import { withOnly } from "../algebra/differentiable";
import type { ExactTerm } from "../exact/exactLoss";
import { type ParameterLayout, parameterLayout, trainablePositions } from "../model/parameterLayout";
import { requireProblem } from "../problem/regressionProblem";
import { requirePrior } from "../problem/taskPrior";
import { RandomSource } from "../simulate/randomSource";
import type { StepLoss } from "./descent";
import { exactStageLoss } from "./exactStage";
import { freshHeadBatch } from "./freshHeadBatch";
import { finitePrompts, freshPrompts } from "./promptSource";
import { oneLayerStageLoss, sampledStageLoss } from "./sampledStage";
import { withAuxiliary } from "./stepLoss";
import type { FineTuningStage, Motion, TrainingMethod, TrainingSettings } from "./trainingSettings";

/** Each use of random numbers has streams of its own, so that changing one leaves the others as they are. */
const STREAMS = {
  parameters: 1,
  pretraining: 2,
  zeroShotData: 3,
  fewShotData: 4,
  zeroShotBatches: 5,
  fewShotBatches: 6,
  targetTask: 7,
  freshBatches: 8,
  gradientNoise: 9,
} as const;
export type Purpose = keyof typeof STREAMS;

/** The stream of a step for a purpose. */
export const stageStream =
  (purpose: Purpose) =>
  (step: number): number =>
    STREAMS[purpose] * 2 ** 32 + step;

/** The random source of a purpose that needs only one. */
export const sourceOf = (seed: number, purpose: Purpose): RandomSource =>
  new RandomSource(seed, stageStream(purpose)(0));

/** Every entry N(0, deviation²), in the order of the layout. @throws InputError naming the setting. */
export function initialPoint({ model, seed, initialDeviation }: TrainingSettings): Float64Array {
  requireNumber(initialDeviation, "initialDeviation");
  const random = sourceOf(seed, "parameters");
  const point = new Float64Array(parameterLayout(model).length);
  random.normals(point, point.length);
  return point.map((x) => initialDeviation * x);
}

/** The loss of pretraining at each step. @throws InputError naming the setting that does not fit or is no finite number. */
export function pretrainingLoss({ method, seed, problem, model, pretraining }: TrainingSettings): StepLoss {
  const layout = parameterLayout(model);
  const { prior, shots } = pretraining;
  requireProblem(problem);
  readWhole(seed, "seed", 0);
  readWhole(shots, "pretraining.shots", 1);
  requirePrior(prior, "pretraining.prior", problem.dimension);
  if (method.kind === "exact") {
    return exactStageLoss(layout, problem, [{ prior, shots, weight: 1 }]);
  }
  const stream = stageStream("pretraining");
  if (method.sampling === "moments" && model.attention !== "softmax" && model.layers * model.heads === 1) {
    return oneLayerStageLoss(layout, freshHeadBatch(problem, prior, shots, method.batchSize), seed, stream);
  }
  const source = freshPrompts(problem, prior, shots, method.sampling);
  return sampledStageLoss(layout, source, method.batchSize, seed, stream);
}

/** The loss of fine-tuning at each step, its gradient zero but for the parameters that are trained. @throws InputError as {@link pretrainingLoss}. */
export function fineTuningLoss(settings: TrainingSettings, stage: FineTuningStage): StepLoss {
  const { method, model, problem, seed } = settings;
  const { auxiliary, motion, trainable, targetTask } = stage;
  requireProblem(problem);
  readWhole(seed, "seed", 0);
  requireVector(targetTask, "targetTask", problem.dimension);
  readWhole(stage.examples, "examples", 1);
  if (auxiliary !== undefined) {
    readWhole(auxiliary.shots, "auxiliary.shots", 0);
    if (auxiliary.weight !== "annealed") requireNumber(auxiliary.weight, "auxiliary.weight");
  }
  const layout = parameterLayout(model);
  const steps = stepsOf(motion);
  if (method.kind === "exact") {
    const terms = (shots: number): readonly ExactTerm[] => [{ task: targetTask, shots, weight: 1 }];
    const second =
      auxiliary === undefined
        ? {}
        : { auxiliary: { terms: terms(auxiliary.shots), weight: auxiliary.weight, steps } };
    return exactStageLoss(layout, problem, terms(0), { trainable, ...second });
  }
  const part = (shots: number): StepLoss => fineTuningSample(settings, stage, method, layout, shots);
  const loss =
    auxiliary === undefined
      ? part(0)
      : withAuxiliary(part(0), part(auxiliary.shots), auxiliary.weight, steps);
  return withOnlyAt(loss, trainablePositions(layout, trainable));
}

/** The same loss, its gradient zero but at some positions. */
export function withOnlyAt(loss: StepLoss, positions: ReadonlySet<number>): StepLoss {
  let at = 0;
  const only = withOnly((point, gradient) => loss(point, gradient, at), positions);
  return (point, gradient, step) => {
    at = step;
    return only(point, gradient);
  };
}

function fineTuningSample(
  { seed, problem }: TrainingSettings,
  { targetTask, examples }: FineTuningStage,
  { sampling, batchSize }: Extract<TrainingMethod, { readonly kind: "sampled" }>,
  layout: ParameterLayout,
  shots: number,
): StepLoss {
  const [data, batches] =
    shots === 0
      ? (["zeroShotData", "zeroShotBatches"] as const)
      : (["fewShotData", "fewShotBatches"] as const);
  const source = finitePrompts(problem, targetTask, shots, sampling, examples, sourceOf(seed, data));
  return sampledStageLoss(layout, source, batchSize, seed, stageStream(batches));
}

const stepsOf = (motion: Motion): number => (motion.kind === "descent" ? motion.steps : 1);

/** @throws InputError when a stage asks for gradient flow where there is none. */
export function checkMotion(
  method: TrainingMethod,
  motion: Motion,
  field: string,
  weight?: FineTuningStage["auxiliary"],
): void {
  if (motion.kind !== "gradient-flow") return;
  if (method.kind === "sampled")
    throw new InputError(
      `${field}.optimiser.kind`,
      motion.kind,
      'sgd or adam: gradient flow needs method "exact"',
    );
  if (weight?.weight === "annealed")
    throw new InputError(`${field}.auxiliaryWeight`, "annealed", "a number: gradient flow has no last step");
}
