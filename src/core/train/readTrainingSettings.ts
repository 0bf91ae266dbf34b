import { InputError } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import {
  ATTENTIONS,
  type ModelShape,
  parameterLayout,
  requireTrainable,
  TRAINABLE_SETS,
} from "../model/parameterLayout";
import { requireAffordable } from "../problem/cost";
import { join, type RawRecord, readChoice, readRecord, readScalar, readWhole } from "../problem/readInput";
import {
  PRETRAINING_FIELDS,
  type RegressionProblem,
  readPretraining,
  readProblem,
  readTask,
} from "../problem/regressionProblem";
import { TASK_PRIORS } from "../problem/taskPrior";
import { SAMPLINGS } from "../simulate/contextSampler";
import { FLOW_DEFAULTS } from "./gradientFlow";
import type { OptimiserSettings } from "./optimiser";
import { finitePromptsBytes } from "./promptSource";
import {
  RELEASED_ADAM,
  RELEASED_BATCH,
  RELEASED_EXAMPLES,
  RELEASED_MOTION,
  RELEASED_SHOTS,
  releasedSettings,
} from "./releasedSettings";
import { checkMotion, sourceOf } from "./stage";
import { fineTuningCost, modelCost, pretrainingCost } from "./trainingCost";
import type {
  FineTuningStage,
  Motion,
  PretrainingStage,
  TrainingMethod,
  TrainingSettings,
} from "./trainingSettings";

const TOP = [
  "method",
  "sampling",
  "batchSize",
  "seed",
  "problem",
  "taskPrior",
  "model",
  "initialDeviation",
  "pretraining",
  "fineTuning",
] as const;

/**
 * Reads the settings of a training run; whatever is left out is as in the released experiment, and without `fineTuning` only
 * pretraining is done. A target task that is left out is drawn from the unit sphere by the seed.
 * @throws InputError naming the field.
 */
export function readTrainingSettings(raw: unknown): TrainingSettings {
  const record = readRecord(raw, "input", TOP);
  const released = releasedSettings();
  const seed = readWhole(record.seed ?? 0, "seed", 0);
  const problem =
    record.problem === undefined
      ? released.problem
      : readProblem(FLOAT, record.problem, "problem", PRETRAINING_FIELDS);
  const model = readModel(record.model ?? {}, problem.dimension);
  const method = readMethod(record, model);
  if (method.kind === "exact" && model.layers > 1) {
    throw new InputError(
      "model.layers",
      model.layers,
      '1 with method "exact": the exact risk is that of one layer',
    );
  }
  const settings: TrainingSettings = {
    method,
    seed,
    problem,
    model,
    initialDeviation: readPositive(record.initialDeviation ?? released.initialDeviation, "initialDeviation"),
    pretraining: readPretrainingStage(record, problem, method),
  };
  const { pretraining } = settings;
  requireAffordable("pretraining", sizesOf(model), pretrainingCost(method, model, pretraining));
  if (record.fineTuning === undefined) return settings;
  const fineTuning = readFineTuning(record.fineTuning, settings);
  requireAffordable("fineTuning", sizesOf(model), fineTuningCost(method, model, fineTuning));
  return { ...settings, fineTuning };
}

/** What the size of a run depends on, for a message. */
const sizesOf = ({ dimension, layers, heads }: ModelShape): unknown => ({ dimension, layers, heads });

function readMethod(record: RawRecord, { attention }: ModelShape): TrainingMethod {
  const softmax = attention === "softmax";
  const kind = readChoice(record.method ?? (softmax ? "sampled" : "exact"), "method", [
    "exact",
    "sampled",
  ] as const);
  const sampling = readChoice(record.sampling ?? (softmax ? "tokens" : "moments"), "sampling", SAMPLINGS);
  if (softmax && kind === "exact") {
    throw new InputError(
      "method",
      kind,
      '"sampled" with softmax attention: the exact risk is that of linear attention',
    );
  }
  if (softmax && sampling === "moments") {
    throw new InputError(
      "sampling",
      sampling,
      '"tokens" with softmax attention, which weighs every token by itself',
    );
  }
  const batchSize = readWhole(record.batchSize ?? RELEASED_BATCH, "batchSize", 1);
  return kind === "exact" ? { kind } : { kind, sampling, batchSize };
}

function readModel(raw: unknown, dimension: number): ModelShape {
  const record = readRecord(raw, "model", ["layers", "heads", "keyQuery", "attention"]);
  const layers = readWhole(record.layers ?? 1, "model.layers", 1);
  const attention = readChoice(record.attention ?? "linear", "model.attention", ATTENTIONS);
  if (attention === "softmax" && layers > 1) {
    throw new InputError("model.layers", layers, "1 with softmax attention");
  }
  const model: ModelShape = {
    dimension,
    layers,
    heads: readWhole(record.heads ?? 1, "model.heads", 1),
    keyQuery: readChoice(record.keyQuery ?? "separate", "model.keyQuery", ["merged", "separate"] as const),
    attention,
  };
  requireAffordable("model", sizesOf(model), modelCost(model));
  return model;
}

function readPretrainingStage(
  record: RawRecord,
  problem: RegressionProblem,
  method: TrainingMethod,
): PretrainingStage {
  const released = releasedSettings().pretraining;
  const kind = readChoice(record.taskPrior ?? "sphere", "taskPrior", TASK_PRIORS);
  const { taskCovariance, shots } =
    record.problem === undefined
      ? { taskCovariance: released.prior.taskCovariance, shots: released.shots }
      : readPretraining(FLOAT, record.problem, problem.dimension);
  if (shots === "infinity") {
    throw new InputError(
      "problem.pretrainingShots",
      shots,
      "a whole number, 1 or more: training needs prompts",
    );
  }
  const raw = readRecord(record.pretraining ?? {}, "pretraining", MOTION_FIELDS);
  const motion = readMotion(raw, "pretraining");
  checkMotion(method, motion, "pretraining");
  return { prior: { kind, taskCovariance }, shots, motion };
}

function readFineTuning(raw: unknown, settings: TrainingSettings): FineTuningStage {
  const field = "fineTuning";
  const record = readRecord(raw, field, [
    "targetTask",
    "trainable",
    "auxiliaryShots",
    "auxiliaryWeight",
    "examples",
    ...MOTION_FIELDS,
  ]);
  const trainable = readChoice(record.trainable ?? "all", `${field}.trainable`, TRAINABLE_SETS);
  requireTrainable(parameterLayout(settings.model), trainable);
  const motion = readMotion(record, field);
  const auxiliary =
    record.auxiliaryShots === undefined && record.auxiliaryWeight === undefined
      ? undefined
      : {
          shots: readWhole(record.auxiliaryShots ?? RELEASED_SHOTS, `${field}.auxiliaryShots`, 1),
          weight: readWeight(record.auxiliaryWeight ?? "annealed", `${field}.auxiliaryWeight`),
        };
  checkMotion(settings.method, motion, field, auxiliary);
  const stage: FineTuningStage = {
    targetTask:
      record.targetTask === undefined
        ? randomTargetTask(settings.seed, settings.problem.dimension)
        : readTask(FLOAT, record.targetTask, `${field}.targetTask`, settings.problem),
    trainable,
    examples: readWhole(record.examples ?? RELEASED_EXAMPLES, `${field}.examples`, 1),
    motion,
  };
  checkMemory(settings, stage.examples, auxiliary?.shots ?? 0);
  return auxiliary === undefined ? stage : { ...stage, auxiliary };
}

/** What a finite data set may take: half of the memory of a small machine. */
const MOST_BYTES = 2 ** 31;

function checkMemory({ method, problem }: TrainingSettings, examples: number, shots: number): void {
  if (method.kind === "exact") return;
  const bytes = finitePromptsBytes(problem, shots, method.sampling, examples);
  if (bytes <= MOST_BYTES) return;
  const gigabytes = (bytes / 2 ** 30).toFixed(1);
  throw new InputError(
    "fineTuning.examples",
    examples,
    `at most ${Math.floor((examples * MOST_BYTES) / bytes)} with ${shots} shots and sampling "${method.sampling}": these would take ${gigabytes} GiB of memory, more than 2`,
  );
}

/** θ₀ uniform on the unit sphere. @throws InputError naming `seed` or `dimension`. */
export function randomTargetTask(seed: number, dimension: number): Vector {
  readWhole(dimension, "dimension", 1);
  const random = sourceOf(seed, "targetTask");
  const direction = Array.from({ length: dimension }, () => random.normal());
  const length = Math.hypot(...direction);
  return direction.map((x) => x / length);
}

const MOTION_FIELDS = ["steps", "optimiser", "clipNorm"] as const;

function readMotion(record: RawRecord, field: string): Motion {
  const path = join(field, "optimiser");
  const raw = readRecord(record.optimiser ?? { kind: "sgd" }, path, [
    "kind",
    "learningRate",
    "momentum",
    "betas",
    "epsilon",
    "maxTime",
    "gradientTolerance",
    "stepTolerance",
  ]);
  const kind = readChoice(raw.kind, join(path, "kind"), ["sgd", "adam", "gradient-flow"] as const);
  if (kind === "gradient-flow") {
    for (const name of ["steps", "clipNorm"] as const) {
      if (record[name] !== undefined)
        throw new InputError(join(field, name), record[name], "nothing: gradient flow has none");
    }
    const flow = readRecord(raw, path, ["kind", "maxTime", "gradientTolerance", "stepTolerance"]);
    return {
      kind,
      maxTime: readPositive(flow.maxTime ?? FLOW_DEFAULTS.maxTime, join(path, "maxTime")),
      gradientTolerance: readPositive(
        flow.gradientTolerance ?? FLOW_DEFAULTS.gradientTolerance,
        join(path, "gradientTolerance"),
      ),
      stepTolerance: readPositive(
        flow.stepTolerance ?? FLOW_DEFAULTS.stepTolerance,
        join(path, "stepTolerance"),
      ),
    };
  }
  return {
    kind: "descent",
    steps: readWhole(record.steps ?? RELEASED_MOTION.steps, join(field, "steps"), 1),
    optimiser: kind === "sgd" ? readSgd(raw, path) : readAdam(raw, path),
    clipNorm:
      record.clipNorm === "none"
        ? "none"
        : readPositive(record.clipNorm ?? RELEASED_MOTION.clipNorm, join(field, "clipNorm"), '"none"'),
  };
}

function readSgd(raw: RawRecord, path: string): OptimiserSettings {
  const record = readRecord(raw, path, ["kind", "learningRate", "momentum"]);
  const { learningRate, momentum } = RELEASED_MOTION.optimiser;
  return {
    kind: "sgd",
    learningRate: readPositive(record.learningRate ?? learningRate, join(path, "learningRate")),
    momentum: readShare(record.momentum ?? momentum, join(path, "momentum")),
  };
}

function readAdam(raw: RawRecord, path: string): OptimiserSettings {
  const record = readRecord(raw, path, ["kind", "learningRate", "betas", "epsilon"]);
  const released = RELEASED_ADAM.optimiser;
  const betas = record.betas ?? released.betas;
  if (!Array.isArray(betas) || betas.length !== 2)
    throw new InputError(join(path, "betas"), betas, "two numbers from 0 up to, but not, 1");
  return {
    kind: "adam",
    learningRate: readPositive(record.learningRate ?? released.learningRate, join(path, "learningRate")),
    betas: [readShare(betas[0], `${path}.betas[0]`), readShare(betas[1], `${path}.betas[1]`)],
    epsilon: readPositive(record.epsilon ?? released.epsilon, join(path, "epsilon")),
  };
}

function readPositive(raw: unknown, path: string, or = ""): number {
  const allowed = or === "" ? "a finite number above 0" : `a finite number above 0, or ${or}`;
  const value = readScalar(FLOAT, raw, path, allowed);
  if (value <= 0) throw new InputError(path, raw, allowed);
  return value;
}

function readShare(raw: unknown, path: string): number {
  const allowed = "a number from 0 up to, but not, 1";
  const value = readScalar(FLOAT, raw, path, allowed);
  if (value < 0 || value >= 1) throw new InputError(path, raw, allowed);
  return value;
}

function readWeight(raw: unknown, path: string): number | "annealed" {
  if (raw === "annealed") return raw;
  const allowed = 'a finite number, 0 or more, or "annealed"';
  const value = readScalar(FLOAT, raw, path, allowed);
  if (value < 0) throw new InputError(path, raw, allowed);
  return value;
}
