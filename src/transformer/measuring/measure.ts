import { InputError, readWhole, requireVector } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import type { Parameters } from "../gpt/parameters";
import { type GptShape, requireShape, tokensOf } from "../gpt/shape";
import { drawPrompts, drawTask, type PromptBatch, settingFor } from "../training/prompts";
import type { Predictor } from "./predictor";
import { ridgePrediction } from "./ridge";

/** Whose prompts a model is tested on: the target θ₀, −θ₀, unit vectors at right angles to θ₀, any unit vectors. */
export const TEST_TASKS = ["target", "opposite", "orthogonal", "fresh"] as const;
/** One of the four. */
export type TestTask = (typeof TEST_TASKS)[number];

/** What a model does after n examples of a task. */
export interface Measure {
  readonly task: TestTask;
  readonly shots: number;
  /** Mean of (prediction − y)². */
  readonly risk: number;
  /** Its standard error over prompts. */
  readonly standardError: number;
  /** The risk of ridge regression with the penalty d σ² on the same prompts: the best that is linear in the labels. */
  readonly ridgeRisk: number;
  /** a(n) and b(n): slopes of the prediction on θ₀·x and on θ·x together; NaN where θ is θ₀ or −θ₀. */
  readonly intrusion: number;
  readonly gain: number;
}

/** The prompts of one task kind, drawn once and shown to every model, with what is compared. */
export interface TestSet {
  readonly task: TestTask;
  readonly batch: PromptBatch;
  /** prompts × (maxShots + 1): θ₀·x, θ·x and ridge regression's prediction at every x token. */
  readonly target: Float64Array;
  readonly own: Float64Array;
  readonly ridge: Float64Array;
}

/** All test prompts of a target; the same seed gives the same prompts. @throws InputError naming `target`, `prompts` or `seed`. */
export function drawTestSets(
  shape: GptShape,
  {
    target,
    noiseVariance,
    prompts,
    seed,
  }: {
    readonly target: readonly number[];
    readonly noiseVariance: number;
    readonly prompts: number;
    readonly seed: number;
  },
): readonly TestSet[] {
  const { dimension: d, maxShots } = shape;
  requireShape(shape);
  requireVector(target, "target", d);
  readWhole(prompts, "prompts", 2);
  return TEST_TASKS.map((task, kind) => {
    const random = new RandomSource(seed, TEST_STREAM + kind);
    const tasks = Array.from({ length: prompts }, () => testTask(task, target, random));
    const batch = drawPrompts(
      settingFor(shape, noiseVariance),
      { prompts, shots: maxShots, scored: "all", taskOf: (prompt) => tasks[prompt]! },
      random,
    );
    const each = (value: (prompt: number, x: Float32Array, n: number) => number): Float64Array =>
      Float64Array.from({ length: prompts * (maxShots + 1) }, (_, i) => {
        const prompt = Math.floor(i / (maxShots + 1));
        const n = i % (maxShots + 1);
        return value(prompt, tokenAt(batch, prompt, 2 * n, d).subarray(0, d), n);
      });
    return {
      task,
      batch,
      target: each((_, x) => dot(target, x)),
      own: each((prompt, x) => dot(tasks[prompt]!, x)),
      ridge: each((prompt, x, n) => {
        const examples = Array.from({ length: n }, (_, k) => ({
          covariates: tokenAt(batch, prompt, 2 * k, d).subarray(0, d),
          label: tokenAt(batch, prompt, 2 * k + 1, d)[d]!,
        }));
        return ridgePrediction(examples, x, d * noiseVariance);
      }),
    };
  });
}

const TEST_STREAM = 100;

function testTask(kind: TestTask, target: readonly number[], random: RandomSource): readonly number[] {
  if (kind === "target") return target;
  if (kind === "opposite") return target.map((entry) => -entry);
  const fresh = [...drawTask(target.length, random)];
  if (kind === "fresh" || target.length === 1) return fresh;
  const along = dot(fresh, target) / dot(target, target);
  const across = fresh.map((entry, k) => entry - along * target[k]!);
  const length = Math.hypot(...across);
  return across.map((entry) => entry / length);
}

function tokenAt({ length, tokens }: PromptBatch, prompt: number, token: number, d: number): Float32Array {
  const at = (prompt * length + token) * (d + 1);
  return tokens.subarray(at, at + d + 1);
}

/** Measures a model on test prompts at the numbers of examples `shots`, task by task. */
export function measure(
  predictor: Predictor,
  parameters: Parameters,
  sets: readonly TestSet[],
  shots: readonly number[],
): readonly Measure[] {
  return sets.flatMap((set) => {
    const { batch, task } = set;
    const predictions = predictor.predict(parameters, batch);
    const perPrompt = (batch.length + 1) / 2;
    return shots.map((n): Measure => {
      if (tokensOf(n) > batch.length) throw new InputError("shots", n, `at most ${perPrompt - 1}`);
      const rows = Array.from({ length: batch.prompts }, (_, prompt) => {
        const at = prompt * perPrompt + n;
        return {
          predicted: predictions[prompt * batch.length + 2 * n]!,
          label: batch.labels[prompt * batch.length + 2 * n]!,
          target: set.target[at]!,
          own: set.own[at]!,
          ridge: set.ridge[at]!,
        };
      });
      const errors = rows.map(({ predicted, label }) => (predicted - label) ** 2);
      const risk = mean(errors);
      const alike = task === "target" || task === "opposite";
      const [intrusion, gain] = alike ? [Number.NaN, Number.NaN] : slopes(rows);
      return {
        task,
        shots: n,
        risk,
        standardError: Math.sqrt(mean(errors.map((error) => (error - risk) ** 2)) / (errors.length - 1)),
        ridgeRisk: mean(rows.map(({ ridge, label }) => (ridge - label) ** 2)),
        intrusion,
        gain,
      };
    });
  });
}

/** Least squares of the prediction on θ₀·x and θ·x, without a constant. */
function slopes(
  rows: readonly { readonly predicted: number; readonly target: number; readonly own: number }[],
): readonly [intrusion: number, gain: number] {
  const sum = (value: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + value(row), 0);
  const tt = sum(({ target }) => target * target);
  const to = sum(({ target, own }) => target * own);
  const oo = sum(({ own }) => own * own);
  const pt = sum(({ predicted, target }) => predicted * target);
  const po = sum(({ predicted, own }) => predicted * own);
  const determinant = tt * oo - to * to;
  return [(pt * oo - po * to) / determinant, (po * tt - pt * to) / determinant];
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += a[k]! * b[k]!;
  return sum;
}
