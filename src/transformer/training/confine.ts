import { InputError, readChoice } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import { EigenvalueDecomposition, Matrix, QrDecomposition } from "ml-matrix";
import { allToDevice, fromDevice } from "../gpt/device";
import { forward } from "../gpt/forward";
import type { Parameters, Tensor } from "../gpt/parameters";
import { type GptShape, tokensOf, tokenWidth } from "../gpt/shape";
import { np } from "../gpt/tensors";
import {
  allowedOf,
  type Confined,
  confinedMatrices,
  SPARED_TOKENS,
  type SparedTokens,
} from "../gpt/trainable";
import { drawPrompts, drawTask, settingFor } from "./prompts";

/** What a confined update of a pretrained model follows from. */
export interface ConfinementSettings {
  readonly shape: GptShape;
  /** σ² */
  readonly noiseVariance: number;
  readonly trainable: Confined;
  /** Of the pretraining prompts whose states are read, and of random directions. */
  readonly seed: number;
}

/** What of a matrix's inputs its update may use. */
export interface Allowed {
  /** The name of the matrix. */
  readonly matrix: string;
  /** P, inputs × inputs. */
  readonly projection: Tensor;
  /** How many directions it takes away. */
  readonly spared: number;
  /** E ‖P s‖² / E ‖s‖² over the states s of a query without examples, of all tokens of examples, and of those with a label. */
  readonly queryLeft: number;
  readonly examplesLeft: number;
  readonly labelsLeft: number;
}

/** Pretraining prompts whose states are read. */
const PROMPTS = 512;
const PROMPT_STREAM = 23;
const RANDOM_STREAM = 24;
/** States are known to seven digits: what is below the square of that is rounding. */
const ROUNDING = 1e-12;

/** The pretrained model with the projection of each matrix that is confined, as `NAME:allowed`. @throws InputError as {@link allowedDirections}. */
export const withAllowed = (start: Parameters, settings: ConfinementSettings): Parameters => ({
  ...start,
  ...Object.fromEntries(
    allowedDirections(start, settings).map(({ matrix, projection }) => [allowedOf(matrix), projection]),
  ),
});

/**
 * The directions that a confined update may use, matrix by matrix: at right angles to the leading principal directions of what the matrix reads
 * at the spared tokens, in the pretrained model, on prompts of fresh tasks with maxShots examples. Second moments are not centred: a value is
 * linear in a state, its mean included.
 * @throws InputError naming the matrices, the tokens or the share that is none.
 */
export function allowedDirections(
  start: Parameters,
  { shape, noiseVariance, trainable, seed }: ConfinementSettings,
): readonly Allowed[] {
  const off = readChoice(trainable.off, "trainable.off", SPARED_TOKENS);
  const { share } = trainable;
  if (!(share > 0 && share <= 1))
    throw new InputError("trainable.share", share, "a number above 0, at most 1");
  const moments = stateMoments(start, { shape, noiseVariance, seed });
  const random = new RandomSource(seed, RANDOM_STREAM);
  return confinedMatrices(start, trainable).map((matrix): Allowed => {
    const of = moments.get(matrix)!;
    const principal = leadingDirections(of[off], share);
    const spared = trainable.random ? randomDirections(principal, random) : principal;
    const size = shape.width;
    const projection = Matrix.eye(size, size).sub(spared.mmul(spared.transpose()));
    const left = (moment: Matrix): number => projection.mmul(moment).trace() / moment.trace();
    return {
      matrix,
      projection: { shape: [size, size], values: Float32Array.from(projection.to1DArray()) },
      spared: spared.columns,
      queryLeft: left(of.query),
      examplesLeft: left(of.examples),
      labelsLeft: left(of.labels),
    };
  });
}

type Moments = Readonly<Record<SparedTokens | "query", Matrix>>;

/** Σ s sᵀ of the states that each matrix reads, over prompts and over the tokens of a kind. The first token is a query without examples. */
function stateMoments(
  start: Parameters,
  { shape, noiseVariance, seed }: Omit<ConfinementSettings, "trainable">,
): ReadonlyMap<string, Moments> {
  const random = new RandomSource(seed, PROMPT_STREAM);
  const length = tokensOf(shape.maxShots);
  const { tokens } = drawPrompts(
    settingFor(shape, noiseVariance),
    {
      prompts: PROMPTS,
      shots: shape.maxShots,
      scored: "all",
      taskOf: () => drawTask(shape.dimension, random),
    },
    random,
  );
  const moments = new Map<string, Moments>();
  forward(
    shape,
    allToDevice(start),
    np.array(tokens, { shape: [PROMPTS, length, tokenWidth(shape)] }),
    (matrix, device) => {
      const states = fromDevice(device);
      const over = (isOne: (position: number) => boolean): Matrix =>
        momentOf(states, (row) => isOne(row % length));
      moments.set(matrix, {
        query: over((position) => position === 0),
        examples: over((position) => position < length - 1),
        labels: over((position) => position % 2 === 1),
      });
    },
  ).dispose();
  return moments;
}

function momentOf({ shape, values }: Tensor, isOne: (row: number) => boolean): Matrix {
  const [rows, size] = shape as [number, number];
  const moment = new Float64Array(size * size);
  for (let row = 0; row < rows; row += 1) {
    if (!isOne(row)) continue;
    const state = values.subarray(row * size, (row + 1) * size);
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j < size; j += 1) moment[i * size + j]! += state[i]! * state[j]!;
  }
  return Matrix.from1DArray(size, size, moment);
}

/** Orthonormal columns: the fewest principal directions that hold the share of a second moment. */
function leadingDirections(moment: Matrix, share: number): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(moment, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, k) => k).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const enough = (share - ROUNDING) * moment.trace();
  const chosen: number[] = [];
  let held = 0;
  for (const k of order) {
    if (held >= enough) break;
    chosen.push(k);
    held += realEigenvalues[k]!;
  }
  return eigenvectorMatrix.subMatrixColumn(chosen);
}

/** As many orthonormal columns as another has, uniform among all. */
function randomDirections({ rows, columns }: Matrix, random: RandomSource): Matrix {
  const normal = Matrix.zeros(rows, columns);
  for (let i = 0; i < rows; i += 1) for (let k = 0; k < columns; k += 1) normal.set(i, k, random.normal());
  return new QrDecomposition(normal).orthogonalMatrix;
}
