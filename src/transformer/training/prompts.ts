import { InputError, readWhole } from "@finetune-icl/base";
import type { RandomSource } from "@finetune-icl/core/simulate";
import { type GptShape, tokensOf, tokenWidth } from "../gpt/shape";

/** Regression y = θᵀx + ε with x ~ N(0, I) and ε ~ N(0, σ²), tasks uniform on the unit sphere. */
export interface TaskSetting {
  /** d */
  readonly dimension: number;
  /** σ² ≥ 0 */
  readonly noiseVariance: number;
}

/** Sampled prompts as a GPT reads them, with what its predictions are compared with. */
export interface PromptBatch {
  readonly prompts: number;
  readonly length: number;
  /** prompts × length × (d + 1) */
  readonly tokens: Float32Array;
  /** prompts × length: y at x tokens, 0 at y tokens. */
  readonly labels: Float32Array;
  /** length: what a squared error at each token counts; they add up to 1. */
  readonly weights: Float32Array;
}

/** Which predictions of a prompt the loss is of. */
export type ScoredPositions =
  /** Those with 0, 1, … n examples before them. */
  | "all"
  /** The same without the first, at which no example has told anything yet. */
  | "all-but-first"
  /** The query after n examples. */
  | "last";

/** A unit vector, uniform on the sphere. @throws InputError naming `dimension`. */
export function drawTask(dimension: number, random: RandomSource): Float64Array {
  const task = new Float64Array(readWhole(dimension, "dimension", 1));
  random.normals(task, dimension);
  const length = Math.hypot(...task);
  return task.map((entry) => entry / length);
}

/**
 * Draws prompts of n examples and a query. `taskOf` gives the task of each prompt, in order; it may draw from the same source.
 * @throws InputError naming the number that is none.
 */
export function drawPrompts(
  { dimension, noiseVariance }: TaskSetting,
  {
    prompts,
    shots,
    scored,
    taskOf,
  }: {
    readonly prompts: number;
    readonly shots: number;
    readonly scored: ScoredPositions;
    readonly taskOf: (prompt: number) => ArrayLike<number>;
  },
  random: RandomSource,
): PromptBatch {
  readWhole(dimension, "dimension", 1);
  if (!(noiseVariance >= 0 && Number.isFinite(noiseVariance)))
    throw new InputError("noiseVariance", noiseVariance, "a finite number, 0 or more");
  readWhole(prompts, "prompts", 1);
  readWhole(shots, "shots", scored === "all-but-first" ? 1 : 0);
  const length = tokensOf(shots);
  const features = tokenWidth({ dimension });
  const tokens = new Float32Array(prompts * length * features);
  const labels = new Float32Array(prompts * length);
  const noise = Math.sqrt(noiseVariance);
  const drawn = new Float64Array(dimension + 1);
  for (let prompt = 0; prompt < prompts; prompt += 1) {
    const task = taskOf(prompt);
    for (let example = 0; example <= shots; example += 1) {
      const at = prompt * length + 2 * example;
      random.normals(drawn, dimension + 1);
      let label = noise * drawn[dimension]!;
      for (let k = 0; k < dimension; k += 1) {
        label += task[k]! * drawn[k]!;
        tokens[at * features + k] = drawn[k]!;
      }
      labels[at] = label;
      if (example < shots) tokens[(at + 1) * features + dimension] = label;
    }
  }
  return { prompts, length, tokens, labels, weights: weightsOf(shots, scored) };
}

function weightsOf(shots: number, scored: ScoredPositions): Float32Array {
  const weights = new Float32Array(tokensOf(shots));
  const first = { all: 0, "all-but-first": 1, last: shots }[scored];
  for (let example = first; example <= shots; example += 1) weights[2 * example] = 1 / (shots + 1 - first);
  return weights;
}

/** The task setting of prompts that a GPT of this shape reads. */
export const settingFor = ({ dimension }: GptShape, noiseVariance: number): TaskSetting => ({
  dimension,
  noiseVariance,
});
