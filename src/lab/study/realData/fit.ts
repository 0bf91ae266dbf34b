import {
  InputError,
  readWhole,
  requireMatrix,
  requireNumber,
  requireRows,
  requireVector,
} from "@finetune-icl/base";
import { FLOAT, type Matrix, type Vector } from "@finetune-icl/core/algebra";
import { sampleMoments } from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { auxiliaryFullOptimum } from "@finetune-icl/core/predict";
import type { Pretraining, RegressionProblem } from "@finetune-icl/core/problem";
import {
  auxiliaryValueOptimum,
  blockParameters,
  gradientFlowOptimum,
  pretrainedBlock,
  pretrainedParameters,
  valueOnlyOptimum,
  valueOnlyParameters,
  zeroShotFullParameters,
} from "@finetune-icl/core/theory";
import { RELEASED_SHOTS } from "@finetune-icl/core/train";
import { type Fits, fineTunedFits } from "../fittedRegimes";
import type { Examples } from "./design";

/** The linear task that fits a label best on white covariates, and what it leaves. */
export interface FittedTask {
  readonly task: Vector;
  readonly noiseVariance: number;
}

/** Least squares on covariates with E x = 0 and E xxᵀ = I: θ = E xy, and the residual variance is E y² − |θ|². @throws InputError when rows differ in length, a label is missing, or a number not finite. */
export function fitTask({ covariates, labels }: Examples, label: string): FittedTask {
  const y = labels[label];
  if (y === undefined) throw new InputError("label", label, `one of ${Object.keys(labels).join(", ")}`);
  requireRows(covariates, "covariates");
  requireVector(y, `labels.${label}`, covariates.length);
  const task = covariates[0]!.map(
    (_, i) => covariates.reduce((sum, row, r) => sum + row[i]! * y[r]!, 0) / y.length,
  );
  const residual = y.reduce(
    (sum, value, r) => sum + (value - task.reduce((s, t, i) => s + t * covariates[r]![i]!, 0)) ** 2,
    0,
  );
  return { task, noiseVariance: residual / y.length };
}

/** The problem that the theory sees: Σ = I, and the residual variance as noise. */
export function fittedProblem(dimension: number, noiseVariance: number): RegressionProblem {
  return { dimension, covariance: identity(dimension), noiseVariance };
}

/** What the model was pretrained on: synthetic tasks as strong and as noisy as those of the label block are on average. */
export interface SyntheticPretraining {
  readonly problem: RegressionProblem;
  readonly pretraining: Pretraining;
}

function requireTask({ task, noiseVariance }: FittedTask, dimension: number, path: string): void {
  requireVector(task, `${path}task`, dimension);
  requireNumber(noiseVariance, `${path}noiseVariance`);
  if (noiseVariance < 0)
    throw new InputError(`${path}noiseVariance`, noiseVariance, "a finite number, 0 or more");
}

/**
 * What a model of d covariates is pretrained on, made of the fitted tasks of a label block.
 * @throws InputError when there is no task, one has not length d, or a number is not finite.
 */
export function syntheticPretraining(dimension: number, tasks: readonly FittedTask[]): SyntheticPretraining {
  readWhole(dimension, "dimension", 1);
  if (tasks.length === 0) throw new InputError("tasks", tasks, "one or more fitted tasks");
  for (const [i, task] of tasks.entries()) requireTask(task, dimension, `tasks[${i}].`);
  const mean = (of: (task: FittedTask) => number): number =>
    tasks.reduce((sum, task) => sum + of(task), 0) / tasks.length;
  const signal = mean(({ task }) => task.reduce((sum, t) => sum + t * t, 0));
  return {
    problem: fittedProblem(
      dimension,
      mean(({ noiseVariance }) => noiseVariance),
    ),
    pretraining: {
      taskCovariance: identity(dimension).map((row) => row.map((x) => (x * signal) / dimension)),
      shots: RELEASED_SHOTS,
    },
  };
}

/** The parameters that the Gaussian theory names for each regime, from θ₀ and the residual variance alone. @throws InputError when a length is not d or a number not finite. */
export function theoryFits(
  { problem: synthetic, pretraining }: SyntheticPretraining,
  { task, noiseVariance }: FittedTask,
): Fits {
  const gamma = pretrainedBlock(FLOAT, synthetic, pretraining);
  requireTask({ task, noiseVariance }, synthetic.dimension, "");
  const problem = fittedProblem(synthetic.dimension, noiseVariance);
  const pretrained = pretrainedParameters(FLOAT, synthetic, pretraining);
  const auxiliary = { shots: RELEASED_SHOTS, weight: "annealed" } as const;
  return {
    pretrained,
    "zero-shot-full": zeroShotFullParameters(FLOAT, task, gradientFlowOptimum(gamma, task)),
    "zero-shot-value": valueOnlyParameters(FLOAT, gamma, valueOnlyOptimum(FLOAT, problem, gamma, task)),
    "auxiliary-value": blockParameters(FLOAT, {
      block: gamma,
      ...auxiliaryValueOptimum(FLOAT, problem, gamma, task, auxiliary),
    }),
    "auxiliary-full": auxiliaryFullEnd(problem, pretrained, task),
  };
}

/** The end of full fine-tuning with an auxiliary loss; where valleys are too flat for 1e-11, to a gradient of 1e-8. */
function auxiliaryFullEnd(
  problem: RegressionProblem,
  pretrained: AttentionParameters,
  task: Vector,
): AttentionParameters {
  const auxiliary = { shots: RELEASED_SHOTS, weight: "annealed" } as const;
  try {
    return auxiliaryFullOptimum(problem, pretrained, task, auxiliary).parameters;
  } catch {
    return auxiliaryFullOptimum(problem, pretrained, task, { ...auxiliary, tolerance: 1e-8 }).parameters;
  }
}

/** The parameters that training on the rows ends at: exact descent on the loss over all prompts that can be made of them. @throws InputError when lengths do not fit or a number is not finite. */
export function trainedFits(
  { problem, pretraining }: SyntheticPretraining,
  covariates: Matrix,
  labels: Vector,
  steps: number,
): Fits {
  readWhole(steps, "steps", 1);
  const pretrained = pretrainedParameters(FLOAT, problem, pretraining);
  requireMatrix(covariates, "covariates", covariates.length, problem.dimension);
  return fineTunedFits(pretrained, sampleMoments(covariates, labels), steps);
}

const identity = (size: number): Matrix =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_x, j) => (i === j ? 1 : 0)));
