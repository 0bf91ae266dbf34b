import { InputError } from "@finetune-icl/base";
import type { Matrix } from "../algebra/matrix";
import { readWhole, requireMatrix, requireVector } from "../problem/readInput";
import type { AttentionParameters } from "./attentionParameters";
import { type AttentionHead, type AttentionLayer, reducedParameters } from "./linearAttention";
import { tokenLength } from "./tokens";

/** Scores as they are, over N; or their softmax. */
export type Attention = "linear" | "softmax";

export const ATTENTIONS = ["linear", "softmax"] as const satisfies readonly Attention[];

/** What a model is made of. */
export interface ModelShape {
  /** d, the number of covariates. */
  readonly dimension: number;
  /** L ≥ 1. */
  readonly layers: number;
  /** H ≥ 1 a layer; their outputs are averaged. */
  readonly heads: number;
  /** M as one matrix, or as KᵀQ with K and Q trained each for itself. */
  readonly keyQuery: "merged" | "separate";
  /** How scores become weights; linear when left out. Softmax attention has one layer. */
  readonly attention?: Attention;
}

export type BlockName = "value" | "keyQuery" | "key" | "query";

/** One D × D matrix in the array of all parameters, row-major from `offset` on. */
export interface ParameterBlock {
  readonly layer: number;
  readonly head: number;
  readonly name: BlockName;
  readonly offset: number;
}

/** Where each matrix of a model stands in one flat array: layer by layer, head by head, V first, then M or K and Q. */
export interface ParameterLayout {
  readonly shape: ModelShape;
  /** D = d + 2: every matrix is D × D. */
  readonly size: number;
  /** The number of all parameters. */
  readonly length: number;
  readonly blocks: readonly ParameterBlock[];
}

/**
 * The layout of a model.
 * @throws InputError when the dimension, the layers or the heads are no whole number from 1 up.
 */
export function parameterLayout(shape: ModelShape): ParameterLayout {
  readWhole(shape.layers, "layers", 1);
  readWhole(shape.heads, "heads", 1);
  const size = tokenLength(shape.dimension);
  const blocks = Array.from({ length: shape.layers }, (_, layer) =>
    Array.from({ length: shape.heads }, (_, head) => namesOf(shape).map((name) => ({ layer, head, name }))),
  )
    .flat(2)
    .map((block, k) => ({ ...block, offset: k * size * size }));
  return { shape, size, length: blocks.length * size * size, blocks };
}

function namesOf({ keyQuery }: ModelShape): readonly BlockName[] {
  return keyQuery === "merged" ? ["value", "keyQuery"] : ["value", "key", "query"];
}

/** Which parameters a training stage may move. */
export type TrainableSet = "all" | "value" | "key-query" | "key" | "query";

export const TRAINABLE_SETS = [
  "all",
  "value",
  "key-query",
  "key",
  "query",
] as const satisfies readonly TrainableSet[];

const TRAINS: Readonly<Record<TrainableSet, readonly BlockName[]>> = {
  all: ["value", "keyQuery", "key", "query"],
  value: ["value"],
  "key-query": ["keyQuery", "key", "query"],
  key: ["key"],
  query: ["query"],
};

/** Whether a trainable set moves the blocks of this name. */
export const trains = (set: TrainableSet, name: BlockName): boolean => TRAINS[set].includes(name);

/** @throws InputError when the key or the query alone is to be trained but both are merged into M. */
export function requireTrainable(layout: ParameterLayout, set: TrainableSet): void {
  if (layout.blocks.every(({ name }) => !trains(set, name)))
    throw new InputError("trainable", set, "all, value or key-query: key and query are merged");
}

/** The positions in the flat array that a trainable set moves. @throws InputError as {@link requireTrainable} does. */
export function trainablePositions(layout: ParameterLayout, set: TrainableSet): ReadonlySet<number> {
  requireTrainable(layout, set);
  const blocks = layout.blocks.filter(({ name }) => trains(set, name));
  const perBlock = layout.size * layout.size;
  return new Set(blocks.flatMap(({ offset }) => Array.from({ length: perBlock }, (_, i) => offset + i)));
}

/**
 * The layers that a flat array stands for.
 * @throws InputError naming `point` when it is not of the layout's length or holds what is no finite number.
 */
export function layersOf(layout: ParameterLayout, point: Float64Array): readonly AttentionLayer[] {
  requireVector(point, "point", layout.length);
  const { size, shape } = layout;
  const matrix = (layer: number, head: number, name: BlockName): Matrix => {
    const { offset } = layout.blocks.find(
      (block) => block.layer === layer && block.head === head && block.name === name,
    )!;
    return Array.from({ length: size }, (_, i) => [
      ...point.subarray(offset + i * size, offset + (i + 1) * size),
    ]);
  };
  const head = (layer: number, h: number): AttentionHead => {
    const value = matrix(layer, h, "value");
    return shape.keyQuery === "merged"
      ? { kind: "merged", value, keyQuery: matrix(layer, h, "keyQuery") }
      : { kind: "separate", value, key: matrix(layer, h, "key"), query: matrix(layer, h, "query") };
  };
  return Array.from({ length: shape.layers }, (_, layer) =>
    Array.from({ length: shape.heads }, (_, h) => head(layer, h)),
  );
}

/**
 * v and M of the first head of the first layer: all that the prediction depends on when there is no other.
 * @throws InputError as {@link layersOf}.
 */
export const reducedAt = (layout: ParameterLayout, point: Float64Array): AttentionParameters =>
  reducedParameters(layersOf(layout, point)[0]![0]!);

/**
 * The flat array of some layers, in the given layout.
 * @throws InputError when the layers are not of the layout's shape or hold what is no finite number.
 */
export function pointOf(layout: ParameterLayout, layers: readonly AttentionLayer[]): Float64Array {
  const point = new Float64Array(layout.length);
  const { shape, size } = layout;
  if (layers.length !== shape.layers) throw new InputError("layers", layers.length, `${shape.layers} layers`);
  for (const { layer, head, name, offset } of layout.blocks) {
    const field = `layers[${layer}][${head}].${name}`;
    if (layers[layer]!.length !== shape.heads) {
      throw new InputError(`layers[${layer}]`, layers[layer]!.length, `${shape.heads} heads`);
    }
    const matrix = matrixOf(layers[layer]![head]!, name);
    if (matrix === undefined)
      throw new InputError(field, matrix, `a matrix: ${shape.keyQuery} key and query`);
    requireMatrix(matrix, field, size);
    point.set(matrix.flat(), offset);
  }
  return point;
}

function matrixOf(head: AttentionHead, name: BlockName): Matrix | undefined {
  if (name === "value") return head.value;
  if (head.kind === "merged") return name === "keyQuery" ? head.keyQuery : undefined;
  if (name === "key") return head.key;
  return name === "query" ? head.query : undefined;
}
