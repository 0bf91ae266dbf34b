import { readWhole } from "@finetune-icl/base";
import type { Vector } from "@finetune-icl/core/algebra";
import { parameterLayout } from "@finetune-icl/core/model";
import { RandomSource } from "@finetune-icl/core/simulate";
import {
  DivergenceError,
  fineTuningLoss,
  freshPrompts,
  initialPoint,
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
import { adamSettings, type Patience, settle } from "./settle";

/** One model from one seed: pretraining, every regime from its end, and the test of each. */
export interface ModelsInput {
  readonly model: string;
  readonly seed: number;
  /** Steps of one block of pretraining and of fine-tuning: both are done in blocks, until the loss has settled. */
  readonly pretrainingBlock: number;
  readonly fineTuningBlock: number;
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

/** How one stage of training ended. */
export interface StageEnd {
  /** {@link PRETRAINED} or the name of a regime. */
  readonly stage: string;
  readonly steps: number;
  /** Mean over the last block; of the zero-shot loss where an auxiliary loss has been annealed away. */
  readonly loss: number;
  /** By how much of it the block before was higher. */
  readonly change: number;
  readonly settled: boolean;
}

export interface ModelsResult {
  /** Mean squared error over the prior at the released number of shots. */
  readonly pretrainingError: number | "diverged";
  /** Of the stages that did not diverge. */
  readonly stages: readonly StageEnd[];
  readonly regimes: readonly RegimeErrors[];
}

/** {ZS, ZS + FS} × {all, V, K, Q}. */
export const STUDIED_REGIMES = experimentRegimes("separate").filter(
  ({ trainable }) => trainable !== "key-query",
);

const BATCH = 256;

/** First at a rate that suits the batches, then at a fifth of it, so that the noise of the batches does not hide the end. */
const patienceOf = (block: number): readonly [Patience, Patience] => [
  { learningRate: 0.005, block, least: 2, most: 6 },
  { learningRate: 0.001, block, least: 2, most: 4 },
];

interface Trained {
  readonly point: Float64Array;
  readonly end: StageEnd;
  /** Steps at the first rate: an auxiliary loss of the same parameters is annealed over as many. */
  readonly firstSteps: number;
}

/**
 * One stage: the loss at the first rate until it has settled, then at the second. With an auxiliary loss the first part has a
 * fixed length, over which its weight falls to zero, and the second is zero-shot alone.
 */
function train(
  stage: string,
  start: Float64Array,
  block: number,
  loss: StepLoss,
  annealed?: { readonly loss: StepLoss; readonly steps: number },
): Trained | "diverged" {
  const [first, second] = patienceOf(block);
  try {
    const { point: middle, steps: firstSteps } =
      annealed === undefined
        ? settle(loss, start, first)
        : {
            ...runStage(annealed.loss, start, {
              kind: "descent",
              ...adamSettings(first.learningRate, annealed.steps),
            }),
            steps: annealed.steps,
          };
    const { point, steps, ...end } = settle(loss, middle, second, firstSteps);
    return { point, firstSteps, end: { stage, steps: firstSteps + steps, ...end } };
  } catch (error) {
    if (error instanceof DivergenceError) return "diverged";
    throw error;
  }
}

/** Trains one model from one seed in every regime, and tests each. @throws InputError naming what is no count. */
export function runModels(input: ModelsInput): ModelsResult {
  readWhole(input.seed, "seed", 0);
  for (const name of ["pretrainingBlock", "fineTuningBlock", "testPrompts"] as const)
    readWhole(input[name], name, 1);
  const settings = settingsOf(input);
  const targetTask = randomTargetTask(input.seed, settings.problem.dimension);
  const { lengths, patience } = studiedModel(input.model);
  const pretrained = train(
    PRETRAINED,
    initialPoint(settings),
    patience * input.pretrainingBlock,
    mixedLengthsLoss(settings, lengths),
  );
  const tested = (regime: string, end: Trained | "diverged"): RegimeErrors => ({
    regime,
    errors: end === "diverged" ? end : testOn(settings, end.point, targetTask, input),
  });
  const trained = new Map<string, Trained | "diverged">();
  for (const { name, trainable, auxiliary } of STUDIED_REGIMES) {
    if (pretrained === "diverged") {
      trained.set(name, pretrained);
      continue;
    }
    const lossOf = (steps: number, withAuxiliary: boolean): StepLoss =>
      fineTuningLoss(settings, {
        targetTask,
        trainable,
        examples: RELEASED_EXAMPLES,
        motion: { kind: "descent", ...adamSettings(1, steps) },
        ...(withAuxiliary ? { auxiliary: { shots: RELEASED_SHOTS, weight: "annealed" } } : {}),
      });
    const same = STUDIED_REGIMES.find((other) => !other.auxiliary && other.trainable === trainable)!;
    const alone = trained.get(same.name);
    const steps = alone === undefined || alone === "diverged" ? 2 * input.fineTuningBlock : alone.firstSteps;
    const annealed = auxiliary ? { loss: lossOf(steps, true), steps } : undefined;
    trained.set(name, train(name, pretrained.point, input.fineTuningBlock, lossOf(1, false), annealed));
  }
  const all = [[PRETRAINED, pretrained] as const, ...trained];
  return {
    pretrainingError: pretrained === "diverged" ? pretrained : pretrainingError(settings, pretrained.point),
    stages: all.flatMap(([, end]) => (end === "diverged" ? [] : [end.end])),
    regimes: all.map(([regime, end]) => tested(regime, end)),
  };
}

const studiedModel = (model: string): StudiedModel => STUDIED_MODELS.find(({ name }) => name === model)!;

function settingsOf({ model, seed }: ModelsInput): SampledSettings {
  const { shape } = studiedModel(model);
  const released = releasedSettings();
  const sampling = shape.attention === "softmax" ? "tokens" : "moments";
  return {
    ...released,
    method: { kind: "sampled", sampling, batchSize: BATCH },
    seed,
    model: shape,
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
