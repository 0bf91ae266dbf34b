import type { Vector } from "@finetune-icl/core/algebra";
import { parameterLayout } from "@finetune-icl/core/model";
import { RandomSource } from "@finetune-icl/core/simulate";
import {
  DivergenceError,
  fineTuningLoss,
  freshPrompts,
  initialPoint,
  type Motion,
  promptBatch,
  RELEASED_EXAMPLES,
  RELEASED_SHOTS,
  randomTargetTask,
  releasedSettings,
  runStage,
  type StepLoss,
  type TrainingSettings,
  taskPrompts,
} from "@finetune-icl/core/train";
import { experimentRegimes, PRETRAINED } from "../../experiment/regimes";
import { mixedLengthsLoss, type SampledSettings } from "./mixedLengths";
import { STUDIED_MODELS, type StudiedModel } from "./models";

/** One model from one seed: pretraining, every regime from its end, and the test of each. */
export interface ModelsInput {
  readonly model: string;
  readonly seed: number;
  readonly pretrainingSteps: number;
  readonly fineTuningSteps: number;
  /** Prompts of one task and number of shots, the same ones for every regime. */
  readonly testPrompts: number;
}

export const TESTED_TASKS = ["target", "opposite", "unrelated"] as const;
export type TestedTask = (typeof TESTED_TASKS)[number];
export const TESTED_SHOTS = [0, 1, 2, 5, 10, 20, 40] as const;

/** Mean squared errors of one regime by task, at the shots tested; "diverged" when there is no model to test. */
export interface RegimeErrors {
  readonly regime: string;
  readonly errors: Readonly<Record<TestedTask, readonly number[]>> | "diverged";
}

export interface ModelsResult {
  /** Mean squared error over the prior at the released number of shots. */
  readonly pretrainingError: number | "diverged";
  readonly regimes: readonly RegimeErrors[];
}

/** {ZS, ZS + FS} × {all, V, K, Q}. */
export const STUDIED_REGIMES = experimentRegimes("separate").filter(
  ({ trainable }) => trainable !== "key-query",
);

const BATCH = 256;

/** The released experiment's Adam variant, at a rate that suits the smaller batches. */
const motionOf = (steps: number): Motion => ({
  kind: "descent",
  steps,
  optimiser: { kind: "adam", learningRate: 0.005, betas: [0.9, 0.9], epsilon: 1e-8 },
  clipNorm: 1,
});

export function runModels(input: ModelsInput): ModelsResult {
  const settings = settingsOf(input);
  const targetTask = randomTargetTask(input.seed, settings.problem.dimension);
  const { lengths } = studiedModel(input.model);
  const pretrained = endOf(
    mixedLengthsLoss(settings, lengths),
    initialPoint(settings),
    settings.pretraining.motion,
  );
  const tested = (regime: string, point: Float64Array | "diverged"): RegimeErrors => ({
    regime,
    errors: point === "diverged" ? point : testOn(settings, point, targetTask, input),
  });
  const regimes = STUDIED_REGIMES.map(({ name, trainable, auxiliary }): RegimeErrors => {
    if (pretrained === "diverged") return tested(name, pretrained);
    const motion = motionOf(input.fineTuningSteps);
    const loss = fineTuningLoss(settings, {
      targetTask,
      trainable,
      examples: RELEASED_EXAMPLES,
      motion,
      ...(auxiliary ? { auxiliary: { shots: RELEASED_SHOTS, weight: "annealed" } } : {}),
    });
    return tested(name, endOf(loss, pretrained, motion));
  });
  return {
    pretrainingError: pretrained === "diverged" ? pretrained : pretrainingError(settings, pretrained),
    regimes: [tested(PRETRAINED, pretrained), ...regimes],
  };
}

function endOf(loss: StepLoss, start: Float64Array, motion: Motion): Float64Array | "diverged" {
  try {
    return runStage(loss, start, motion).point;
  } catch (error) {
    if (error instanceof DivergenceError) return "diverged";
    throw error;
  }
}

const studiedModel = (model: string): StudiedModel => STUDIED_MODELS.find(({ name }) => name === model)!;

function settingsOf({ model, seed, pretrainingSteps }: ModelsInput): SampledSettings {
  const { shape, patience } = studiedModel(model);
  const released = releasedSettings();
  const sampling = shape.attention === "softmax" ? "tokens" : "moments";
  return {
    ...released,
    method: { kind: "sampled", sampling, batchSize: BATCH },
    seed,
    model: shape,
    pretraining: { ...released.pretraining, motion: motionOf(patience * pretrainingSteps) },
  };
}

/** A unit vector orthogonal to the target. */
export function unrelatedTask(seed: number, targetTask: Vector): Vector {
  const other = randomTargetTask(seed + 2 ** 20, targetTask.length);
  const overlap = other.reduce((sum, x, i) => sum + x * targetTask[i]!, 0);
  const rest = other.map((x, i) => x - overlap * targetTask[i]!);
  const length = Math.hypot(...rest);
  return rest.map((x) => x / length);
}

const TEST_STREAM = 2 ** 41;

function testOn(
  { problem, model, method, seed }: TrainingSettings,
  point: Float64Array,
  targetTask: Vector,
  { testPrompts }: ModelsInput,
): Readonly<Record<TestedTask, readonly number[]>> {
  const layout = parameterLayout(model);
  const sampling = method.kind === "sampled" ? method.sampling : "tokens";
  const scratch = new Float64Array(layout.length);
  const errorsOn = (task: Vector, k: number): readonly number[] =>
    TESTED_SHOTS.map((shots) => {
      const batch = promptBatch(layout, taskPrompts(problem, task, shots, sampling), testPrompts);
      return batch(point, scratch, new RandomSource(seed, TEST_STREAM + 100 * k + shots));
    });
  return {
    target: errorsOn(targetTask, 0),
    opposite: errorsOn(
      targetTask.map((x) => -x),
      1,
    ),
    unrelated: errorsOn(unrelatedTask(seed, targetTask), 2),
  };
}

const PRIOR_PROMPTS = 20_000;

function pretrainingError(
  { problem, model, method, seed, pretraining }: TrainingSettings,
  point: Float64Array,
): number {
  const layout = parameterLayout(model);
  const sampling = method.kind === "sampled" ? method.sampling : "tokens";
  const source = freshPrompts(problem, pretraining.prior, pretraining.shots, sampling);
  const batch = promptBatch(layout, source, PRIOR_PROMPTS);
  return batch(point, new Float64Array(layout.length), new RandomSource(seed, TEST_STREAM - 1));
}
