import { InputError, readWhole, requireNumber } from "@finetune-icl/base";
import { allFromDevice, allToDevice } from "../gpt/device";
import { type DeviceParameters, forward } from "../gpt/forward";
import type { Parameters } from "../gpt/parameters";
import { type GptShape, tokenWidth } from "../gpt/shape";
import { type DeviceArray, jit, np, tree, valueAndGrad } from "../gpt/tensors";
import { assemble, splitParameters, type Trainable } from "../gpt/trainable";
import { type AdamSettings, adamStep, clip, type Moments, type StepNumbers, stepNumbers } from "./optimiser";
import type { PromptBatch } from "./prompts";

/** A loss of one step: the mean squared error on some prompts, and what it counts. */
export interface WeightedBatch {
  readonly batch: PromptBatch;
  readonly weight: number;
}

type DeviceBatch = {
  readonly tokens: DeviceArray;
  readonly labels: DeviceArray;
  readonly weights: DeviceArray;
};

/** Everything that a run of training is made of; the same settings give the same bytes. */
export interface TrainingRun {
  readonly shape: GptShape;
  readonly start: Parameters;
  readonly trainable: Trainable;
  readonly optimiser: AdamSettings;
  readonly steps: number;
  /** Of what LoRA draws at the start. */
  readonly seed: number;
  /** The batches of a step, counted from 0: as many, of the same sizes, at each step. */
  readonly batchesOf: (step: number) => readonly WeightedBatch[];
  /** Factor of the rate at each step, 1 where it is left out. */
  readonly schedule?: (step: number) => number;
}

/** What training gives. */
export interface TrainingResult {
  /** All parameters of the model, LoRA's products added in. */
  readonly parameters: Parameters;
  /** The loss before each step. */
  readonly losses: readonly number[];
}

/**
 * Trains a GPT: Adam on the weighted sum of the batches' losses, gradients clipped at joint norm 1.
 * @throws InputError naming what is wrong, or `rate` when the loss is no longer finite.
 */
export function train(run: TrainingRun): TrainingResult {
  const { shape, trainable, optimiser, steps } = run;
  readWhole(steps, "steps", 1);
  requireNumber(optimiser.rate, "rate");
  const split = splitParameters(run.start, trainable, run.seed);
  const frozen = allToDevice(split.frozen);
  const start = allToDevice(split.trained);
  let trained = tree.ref(start as never) as DeviceParameters;
  let moments: Moments = { mean: zerosLike(start), square: zerosLike(start) };
  const step = compileStep(shape, trainable, optimiser);
  const losses: number[] = [];
  for (let k = 0; k < steps; k += 1) {
    const weighted = run.batchesOf(k);
    const factors = weighted.map(({ weight }) => np.array(Float32Array.of(weight), { shape: [] }));
    const batches = weighted.map(({ batch }) => batchToDevice(shape, batch));
    const numbers = stepNumbers(optimiser.rate * (run.schedule?.(k) ?? 1), k + 1);
    const kept = { frozen: tree.ref(frozen as never), start: tree.ref(start as never) };
    const [nextTrained, nextMoments, loss] = step(
      trained,
      moments,
      kept.frozen,
      kept.start,
      batches,
      factors,
      numbers,
    );
    trained = nextTrained;
    moments = nextMoments;
    losses.push(loss.dataSync()[0]!);
    if (!Number.isFinite(losses[k]))
      throw new InputError("rate", optimiser.rate, `a rate at which the loss stays finite (step ${k})`);
  }
  tree.dispose(moments as never);
  tree.dispose(start as never);
  step.dispose();
  return { parameters: allFromDevice(assemble(trained, frozen, trainable)), losses };
}

type Step = (
  trained: DeviceParameters,
  moments: Moments,
  frozen: DeviceParameters,
  start: DeviceParameters,
  batches: readonly DeviceBatch[],
  factors: readonly DeviceArray[],
  numbers: StepNumbers,
) => [DeviceParameters, Moments, DeviceArray];

/** One step, traced once and compiled to WebAssembly. */
function compileStep(
  shape: GptShape,
  trainable: Trainable,
  optimiser: AdamSettings,
): Step & { readonly dispose: () => void } {
  const gradient = valueAndGrad(lossOf(shape, trainable) as never) as unknown as (
    ...args: unknown[]
  ) => [DeviceArray, DeviceParameters];
  const step: Step = (trained, moments, frozen, start, batches, factors, numbers) => {
    const [loss, gradients] = gradient(tree.ref(trained as never), frozen, batches, factors);
    const next = adamStep(trained, moments, clip(gradients), start, numbers, optimiser);
    return [next.trained, next.moments, loss];
  };
  return jit(step as never) as unknown as Step & { readonly dispose: () => void };
}

/** The loss as a function of what is trained: Σ over batches of factor · mean over prompts of Σ over tokens of weight · error². */
export const lossOf =
  (shape: GptShape, trainable: Trainable) =>
  (
    trained: DeviceParameters,
    frozen: DeviceParameters,
    batches: readonly DeviceBatch[],
    factors: readonly DeviceArray[],
  ): DeviceArray => {
    const parameters = assemble(trained, frozen, trainable);
    const losses = batches.map(({ tokens, labels, weights }, k) => {
      const [prompts] = tokens.shape as [number];
      const predicted = forward(shape, tree.ref(parameters as never) as DeviceParameters, tokens);
      return np
        .sum(np.square(predicted.sub(labels)).mul(weights))
        .mul(1 / prompts)
        .mul(factors[k]!);
    });
    tree.dispose(parameters as never);
    return losses.reduce((sum, loss) => sum.add(loss));
  };

export function batchToDevice(
  { dimension }: GptShape,
  { prompts, length, tokens, labels, weights }: PromptBatch,
): DeviceBatch {
  return {
    tokens: np.array(tokens, { shape: [prompts, length, tokenWidth({ dimension })] }),
    labels: np.array(labels, { shape: [prompts, length] }),
    weights: np.array(weights, { shape: [length] }),
  };
}

const zerosLike = (arrays: DeviceParameters): DeviceParameters =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, dtype }]) => [name, np.zeros(shape, { dtype })]),
  );
