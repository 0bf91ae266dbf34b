import { InputError, readChoice, readWhole } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import type { DeviceParameters } from "./forward";
import { normalTensor, type Parameters, type Tensor } from "./parameters";
import { np } from "./tensors";

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

/** Layers from the first to the last of the two, counted from 1. */
export type LayerRange = readonly [first: number, last: number];

/** Matrices whose update can be kept off directions of what they read, a token's normalised state. */
const CONFINABLE = { value: /\.value$/, mlp: /\.mlp\.in$/ } as const satisfies Record<string, RegExp>;
/** A group of such matrices. */
export type ConfinableSet = keyof typeof CONFINABLE;

/** Which tokens of a prompt an update is kept off: all but the query, or those of them that carry a label. */
export const SPARED_TOKENS = ["examples", "labels"] as const;
/** One of the two. */
export type SparedTokens = (typeof SPARED_TOKENS)[number];

/**
 * An update W + P D, where P projects on what is at right angles to the leading directions of the states of some tokens: as few as hold `share` of
 * their second moment. With `random` as many directions are drawn at random instead.
 */
export interface Confined {
  readonly kind: "confined";
  readonly matrices: ConfinableSet;
  readonly off: SparedTokens;
  /** Above 0, at most 1. */
  readonly share: number;
  readonly random?: true;
}

/**
 * What moves: a set of parameters, in all layers or in some; a low-rank update W + scale · A B of matrices that stay (Hu et al. 2021); the value
 * that a token writes into itself alone, beside the value matrix that all tokens read each other by: on a prompt of a query alone it does what the
 * value matrix does, and after n examples it counts as much as a token attends to itself; or an update kept off directions.
 */
export type Trainable =
  | { readonly kind: "set"; readonly set: TrainableSet; readonly layers?: LayerRange }
  | { readonly kind: "lora"; readonly target: LoraTarget; readonly rank: number; readonly scale: number }
  | { readonly kind: "own-value"; readonly layers?: LayerRange }
  | Confined;

/**
 * As tables name it: `value`, `value-layer-1`, `mlp-layers-1-3`, `lora-value-4`, `own-value`, `value-off-labels-99`, and its control
 * `value-off-random-labels-99`.
 */
export function trainableName(trainable: Trainable): string {
  if (trainable.kind === "lora") return `lora-${trainable.target}-${trainable.rank}`;
  if (trainable.kind === "confined") {
    const { matrices, off, share, random } = trainable;
    return `${matrices}-off-${random ? "random-" : ""}${off}-${Number((100 * share).toPrecision(6))}`;
  }
  const name = trainable.kind === "set" ? trainable.set : trainable.kind;
  if (trainable.layers === undefined) return name;
  const [first, last] = trainable.layers;
  return first === last ? `${name}-layer-${first}` : `${name}-layers-${first}-${last}`;
}

/**
 * The model that a choice trains, before the first step: the same function, with the tensors that the choice adds to it. `NAME.own` beside a value
 * matrix NAME is what a token adds to the value that it reads from itself, zero at first.
 */
export function preparedParameters(parameters: Parameters, { kind }: Trainable): Parameters {
  if (kind !== "own-value") return parameters;
  const added = Object.entries(parameters)
    .filter(([name]) => SETS.value.test(name) && parameters[ownValueOf(name)] === undefined)
    .map(([name, { shape, values }]) => [
      ownValueOf(name),
      { shape, values: new Float32Array(values.length) },
    ]);
  return { ...parameters, ...(Object.fromEntries(added) as Parameters) };
}

const ownValueOf = (value: string): string => `${value}.own`;
const OWN_VALUE = /\.value\.own$/;

/** Which names a choice of whole tensors moves. @throws InputError naming the set or the layers. */
function movesOf(trainable: Extract<Trainable, { kind: "set" | "own-value" }>): (name: string) => boolean {
  const pattern =
    trainable.kind === "own-value"
      ? OWN_VALUE
      : SETS[readChoice(trainable.set, "trainable.set", TRAINABLE_SETS)];
  if (trainable.layers === undefined) return (name) => pattern.test(name);
  const first = readWhole(trainable.layers[0], "trainable.layers[0]", 1);
  const last = readWhole(trainable.layers[1], "trainable.layers[1]", first);
  return (name) => {
    const layer = Number(/^layer(\d+)\./.exec(name)?.[1] ?? Number.NaN) + 1;
    return pattern.test(name) && layer >= first && layer <= last;
  };
}

/** Where the projection P of a matrix stands among the parameters, inputs × inputs, symmetric; and D, what is trained. */
export const allowedOf = (matrix: string): string => `${matrix}:allowed`;
const movedOf = (matrix: string): string => `${matrix}:moved`;

/** Names of the matrices that a confined update is of. @throws InputError naming the group. */
export function confinedMatrices(parameters: Parameters, { matrices }: Confined): readonly string[] {
  const groups = Object.keys(CONFINABLE) as readonly ConfinableSet[];
  const pattern = CONFINABLE[readChoice(matrices, "trainable.matrices", groups)];
  return Object.keys(parameters).filter((name) => pattern.test(name));
}

function splitConfined(parameters: Parameters, trainable: Confined): Split {
  const trained = confinedMatrices(parameters, trainable).map((name): [string, Tensor] => {
    if (parameters[allowedOf(name)] === undefined)
      throw new InputError(`start.${allowedOf(name)}`, undefined, "a projection: withAllowed adds it");
    const { shape, values } = parameters[name]!;
    return [movedOf(name), { shape, values: new Float32Array(values.length) }];
  });
  return { trained: Object.fromEntries(trained), frozen: parameters };
}

/** The parameters that a choice moves, and those that it leaves where they are. */
export interface Split {
  readonly trained: Parameters;
  readonly frozen: Parameters;
}

/**
 * Divides parameters into what is trained and what is not. For LoRA the trained ones are new: `NAME:down` (inputs × rank), normal
 * with variance 1/inputs, and `NAME:up` (rank × outputs), zero, so that nothing has changed before the first step. For a confined
 * update it is `NAME:moved`, zero, and the projection `NAME:allowed` must be there.
 * @throws InputError naming the set, the layers, the target, the rank, the scale or the projection that is missing.
 */
export function splitParameters(parameters: Parameters, trainable: Trainable, seed: number): Split {
  if (trainable.kind === "confined") return splitConfined(parameters, trainable);
  if (trainable.kind !== "lora") {
    const moves = movesOf(trainable);
    const entries = Object.entries(preparedParameters(parameters, trainable));
    const trained = entries.filter(([name]) => moves(name));
    if (trained.length === 0)
      throw new InputError("trainable", trainableName(trainable), "a choice that moves some parameter");
    return {
      trained: Object.fromEntries(trained),
      frozen: Object.fromEntries(entries.filter(([name]) => !moves(name))),
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
  if (trainable.kind === "confined") return assembleConfined(trained, frozen);
  if (trainable.kind !== "lora") return { ...frozen, ...trained };
  return Object.fromEntries(
    Object.entries(frozen).map(([name, matrix]) => {
      const [down, up] = [trained[`${name}:down`], trained[`${name}:up`]];
      if (down === undefined || up === undefined) return [name, matrix];
      return [name, matrix.add(np.matmul(down, up).mul(trainable.scale))];
    }),
  );
}

function assembleConfined(trained: DeviceParameters, frozen: DeviceParameters): DeviceParameters {
  const matrices = Object.entries(frozen).filter(([name]) => !name.endsWith(allowedOf("")));
  return Object.fromEntries(
    matrices.map(([name, matrix]) => {
      const [allowed, moved] = [frozen[allowedOf(name)], trained[movedOf(name)]];
      if (allowed === undefined || moved === undefined) return [name, matrix];
      return [name, matrix.add(np.matmul(allowed, moved))];
    }),
  );
}
