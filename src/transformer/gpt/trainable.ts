import { InputError, readChoice, readWhole } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import { numpy as np } from "@jax-js/jax";
import type { DeviceParameters } from "./forward";
import { normalTensor, type Parameters } from "./parameters";

/** Which parameters each set trains, by their names. */
const SETS = {
  all: /./,
  attention: /\.(?:query|key|value|output)$/,
  value: /\.value$/,
  "value-output": /\.(?:value|output)$/,
  "query-key": /\.(?:query|key)$/,
  mlp: /\.mlp\./,
  "layer-norm": /^(?:layer\d+\.)?norm-/,
  readout: /^readout/,
} as const satisfies Record<string, RegExp>;

/** A set of parameters that are trained together. */
export type TrainableSet = keyof typeof SETS;
/** All such sets, by the names that tables use. */
export const TRAINABLE_SETS = Object.keys(SETS) as readonly TrainableSet[];

/** What LoRA may adapt. */
export const LORA_TARGETS = {
  value: /\.value$/,
  "query-value": /\.(?:query|value)$/,
  "query-key": SETS["query-key"],
  attention: SETS.attention,
  mlp: /\.mlp\.(?:in|out)$/,
} as const satisfies Record<string, RegExp>;
/** A group of matrices that LoRA adapts. */
export type LoraTarget = keyof typeof LORA_TARGETS;

/** What moves: a set of parameters, or a low-rank update W + scale · A B of matrices that stay (Hu et al. 2021). */
export type Trainable =
  | { readonly kind: "set"; readonly set: TrainableSet }
  | { readonly kind: "lora"; readonly target: LoraTarget; readonly rank: number; readonly scale: number };

/** As tables name it: `value`, `lora-value-4`. */
export const trainableName = (trainable: Trainable): string =>
  trainable.kind === "set" ? trainable.set : `lora-${trainable.target}-${trainable.rank}`;

/** The parameters that a choice moves, and those that it leaves where they are. */
export interface Split {
  readonly trained: Parameters;
  readonly frozen: Parameters;
}

/**
 * Divides parameters into what is trained and what is not. For LoRA the trained ones are new: `NAME:down` (inputs × rank), normal
 * with variance 1/inputs, and `NAME:up` (rank × outputs), zero, so that nothing has changed before the first step.
 * @throws InputError naming the set, the target, the rank or the scale.
 */
export function splitParameters(parameters: Parameters, trainable: Trainable, seed: number): Split {
  if (trainable.kind === "set") {
    const pattern = SETS[readChoice(trainable.set, "trainable.set", TRAINABLE_SETS)];
    const entries = Object.entries(parameters);
    return {
      trained: Object.fromEntries(entries.filter(([name]) => pattern.test(name))),
      frozen: Object.fromEntries(entries.filter(([name]) => !pattern.test(name))),
    };
  }
  const targets = Object.keys(LORA_TARGETS) as readonly LoraTarget[];
  const pattern = LORA_TARGETS[readChoice(trainable.target, "trainable.target", targets)];
  const rank = readWhole(trainable.rank, "trainable.rank", 1);
  if (!Number.isFinite(trainable.scale))
    throw new InputError("trainable.scale", trainable.scale, "a finite number");
  const random = new RandomSource(seed, LORA_STREAM);
  const trained = Object.entries(parameters)
    .filter(([name]) => pattern.test(name))
    .flatMap(([name, { shape }]) => [
      [`${name}:down`, normalTensor([shape[0]!, rank], 1 / Math.sqrt(shape[0]!), random)] as const,
      [`${name}:up`, normalTensor([rank, shape[1]!], 0, random)] as const,
    ]);
  return { trained: Object.fromEntries(trained), frozen: parameters };
}

const LORA_STREAM = 2;

/** The parameters of the whole model, on the device: what is trained put into what is frozen. Takes both away from the caller. */
export function assemble(
  trained: DeviceParameters,
  frozen: DeviceParameters,
  trainable: Trainable,
): DeviceParameters {
  if (trainable.kind === "set") return { ...frozen, ...trained };
  return Object.fromEntries(
    Object.entries(frozen).map(([name, matrix]) => {
      const [down, up] = [trained[`${name}:down`], trained[`${name}:up`]];
      if (down === undefined || up === undefined) return [name, matrix];
      return [name, matrix.add(np.matmul(down, up).mul(trainable.scale))];
    }),
  );
}
