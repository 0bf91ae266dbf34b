import type { DeviceParameters } from "../gpt/forward";
import { type DeviceArray, np, tree } from "../gpt/tensors";

/** Adam (Kingma and Ba 2015); with `decay` its weight decay is decoupled, as in AdamW (Loshchilov and Hutter 2019). */
export interface AdamSettings {
  readonly rate: number;
  /** A step moves parameters by rate · decay of their distance from `decayTowards`. */
  readonly decay: number;
  readonly decayTowards: "zero" | "start";
}

const BETAS = [0.9, 0.999] as const;
const EPSILON = 1e-8;
/** The joint norm that gradients are clipped at; 1e-6 is added to the norm, as in PyTorch. */
const LARGEST_NORM = 1;
const NORM_EPSILON = 1e-6;

/** What Adam remembers: mean and mean square of the gradients. */
export type Moments = { readonly mean: DeviceParameters; readonly square: DeviceParameters };

/** Numbers of one step that change from step to step, each an array without dimensions. */
export type StepNumbers = {
  readonly rate: DeviceArray;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ. */
  readonly meanCorrection: DeviceArray;
  readonly squareCorrection: DeviceArray;
};

/** @param step 1 at the first */
export function stepNumbers(rate: number, step: number): StepNumbers {
  const scalar = (value: number): DeviceArray => np.array(Float32Array.of(value), { shape: [] });
  return {
    rate: scalar(rate),
    meanCorrection: scalar(1 - BETAS[0] ** step),
    squareCorrection: scalar(1 - BETAS[1] ** step),
  };
}

/** Gradients, scaled down together where their joint norm is above 1. Takes them away from the caller. */
export function clip(gradients: DeviceParameters): DeviceParameters {
  const squares = Object.values(gradients).map((gradient) => np.sum(np.square(gradient.ref)));
  const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
  const factor = np.minimum(np.reciprocal(norm.add(NORM_EPSILON)).mul(LARGEST_NORM), 1);
  const clipped = tree.map((gradient: DeviceArray) => gradient.mul(factor.ref), gradients as never);
  factor.dispose();
  return clipped as DeviceParameters;
}

/** One step; takes everything away from the caller. `start` is used only where the decay is towards it. */
export function adamStep(
  trained: DeviceParameters,
  { mean, square }: Moments,
  gradients: DeviceParameters,
  start: DeviceParameters,
  { rate, meanCorrection, squareCorrection }: StepNumbers,
  { decay, decayTowards }: AdamSettings,
): { readonly trained: DeviceParameters; readonly moments: Moments } {
  const next: Record<string, DeviceArray> = {};
  const nextMean: Record<string, DeviceArray> = {};
  const nextSquare: Record<string, DeviceArray> = {};
  for (const [name, gradient] of Object.entries(gradients)) {
    const average = (old: DeviceArray, beta: number, fresh: DeviceArray): DeviceArray =>
      old.mul(beta).add(fresh.mul(1 - beta));
    const newMean = average(mean[name]!, BETAS[0], gradient.ref);
    const newSquare = average(square[name]!, BETAS[1], np.square(gradient));
    const move = newMean.ref
      .div(meanCorrection.ref)
      .div(np.sqrt(newSquare.ref.div(squareCorrection.ref)).add(EPSILON));
    nextMean[name] = newMean;
    nextSquare[name] = newSquare;
    const held = decay === 0 ? trained[name]! : decayed(trained[name]!, start[name]!);
    next[name] = held.sub(move.mul(rate.ref));
  }
  for (const scalar of [rate, meanCorrection, squareCorrection]) scalar.dispose();
  return { trained: next, moments: { mean: nextMean, square: nextSquare } };

  function decayed(value: DeviceArray, origin: DeviceArray): DeviceArray {
    const distance = decayTowards === "start" ? value.ref.sub(origin) : value.ref;
    return value.sub(distance.mul(rate.ref.mul(decay)));
  }
}
