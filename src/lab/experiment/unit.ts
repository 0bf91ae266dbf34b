import { readWhole, requireVector } from "@finetune-icl/base";
import type { Vector } from "@finetune-icl/core/algebra";
import { type ModelShape, parameterLayout } from "@finetune-icl/core/model";
import {
  fineTuningLoss,
  initialPoint,
  type LossPoint,
  type Motion,
  type Observer,
  pretrainingLoss,
  RELEASED_ADAM,
  RELEASED_BATCH,
  RELEASED_EXAMPLES,
  RELEASED_MOTION,
  RELEASED_SHOTS,
  randomTargetTask,
  releasedSettings,
  runStage,
  type TrainingMethod,
  type TrainingSettings,
} from "@finetune-icl/core/train";
import { exactError, measureError, requireTest, type TestSettings } from "./evaluation";
import { EXPERIMENT_WEIGHT, experimentRegimes } from "./regimes";

/** One training run of the released experiment: pretraining and every regime, from one seed. */
export interface ExperimentRun {
  readonly method: "exact" | "sampled";
  readonly keyQuery: ModelShape["keyQuery"];
  readonly seed: number;
}

/** What can be computed apart: the pretraining of a run, or one regime from its end. */
export type ExperimentUnit = ExperimentRun & {
  readonly regime: string;
  /** Where the regime starts; for "pretrained" nothing is needed. */
  readonly pretrained?: readonly number[];
};

/** The size of the experiment and its optimiser; everything else is as released. */
export interface ExperimentSize {
  /** Of every stage, as released: SGD with momentum, or its variant. */
  readonly optimiser: "sgd" | "adam";
  readonly steps: number;
  readonly batchSize: number;
  readonly test: TestSettings;
  /** 0 … so many shots are tested. */
  readonly largestShots: number;
}

/** What a worker is given. */
export interface ExperimentTask {
  readonly unit: ExperimentUnit;
  readonly size: ExperimentSize;
}

/** The error of a trained model on one task at one number of shots. */
export interface ExperimentError {
  readonly task: "+theta0" | "-theta0";
  readonly shots: number;
  readonly exact: number;
  readonly measured: number;
  readonly standardError: number;
}

/** What a unit gave. */
export interface UnitResult {
  readonly point: readonly number[];
  readonly loss: number;
  /** The loss every 100 steps. */
  readonly curve: readonly LossPoint[];
  readonly errors: readonly ExperimentError[];
}

export const unitName = ({ method, keyQuery, seed, regime }: ExperimentUnit): string =>
  `${method} ${keyQuery} ${seed} ${regime}`;

/** θ₀ of a run. @throws InputError naming `seed`. */
export const targetTaskOf = ({ seed }: ExperimentRun): Vector => randomTargetTask(seed, 5);

/** Trains what the unit says, from a point when it is no pretraining, and tests the result. @throws InputError naming the setting that is no count, or the point. */
export function runUnit(unit: ExperimentUnit, size: ExperimentSize, observer?: Observer): UnitResult {
  readWhole(unit.seed, "seed", 0);
  for (const name of ["steps", "batchSize", "largestShots"] as const)
    readWhole(size[name], name, name === "largestShots" ? 0 : 1);
  requireTest(size.test);
  const settings = settingsOf(unit, size);
  if (unit.pretrained !== undefined)
    requireVector(unit.pretrained, "pretrained", parameterLayout(settings.model).length);
  const regime = experimentRegimes(unit.keyQuery).find(({ name }) => name === unit.regime);
  const motion = motionOf(size);
  const targetTask = targetTaskOf(unit);
  const { point, loss, curve } =
    regime === undefined
      ? runStage(pretrainingLoss(settings), initialPoint(settings), motion, observer)
      : runStage(
          fineTuningLoss(settings, {
            targetTask,
            trainable: regime.trainable,
            examples: RELEASED_EXAMPLES,
            motion,
            ...(regime.auxiliary ? { auxiliary: { shots: RELEASED_SHOTS, weight: EXPERIMENT_WEIGHT } } : {}),
          }),
          Float64Array.from(unit.pretrained!),
          motion,
          observer,
        );
  return { point: [...point], loss, curve, errors: testOn(settings, point, targetTask, size) };
}

const motionOf = ({ optimiser, steps }: ExperimentSize): Motion => ({
  ...(optimiser === "adam" ? RELEASED_ADAM : RELEASED_MOTION),
  steps,
});

/** The training settings of a run. */
export function settingsOf(
  { method, keyQuery, seed }: ExperimentRun,
  size: ExperimentSize,
): TrainingSettings {
  const released = releasedSettings();
  const how: TrainingMethod =
    method === "exact"
      ? { kind: "exact" }
      : { kind: "sampled", sampling: "moments", batchSize: size.batchSize };
  return {
    ...released,
    method: how,
    seed,
    model: { ...released.model, keyQuery },
    pretraining: { ...released.pretraining, motion: motionOf(size) },
  };
}

function testOn(
  { problem, model }: TrainingSettings,
  point: Float64Array,
  targetTask: Vector,
  { test, largestShots }: ExperimentSize,
): readonly ExperimentError[] {
  const layout = parameterLayout(model);
  return ([1, -1] as const).flatMap((sign) => {
    const task = targetTask.map((x) => sign * x);
    return Array.from({ length: largestShots + 1 }, (_, shots): ExperimentError => {
      const stream = 2 ** 40 + 2 * shots + (sign === 1 ? 0 : 1);
      const { mean, standardError } = measureError(layout, problem, point, { task, shots, stream }, test);
      return {
        task: sign === 1 ? "+theta0" : "-theta0",
        shots,
        exact: exactError(layout, problem, point, task, shots),
        measured: mean,
        standardError,
      };
    });
  });
}

/** As released. */
export const RELEASED_SIZE: ExperimentSize = {
  optimiser: "sgd",
  steps: RELEASED_MOTION.steps,
  batchSize: RELEASED_BATCH,
  test: { seeds: 5, prompts: 5000 },
  largestShots: 20,
};
