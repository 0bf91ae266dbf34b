import type { Vector } from "../algebra/matrix";
import type { ModelShape, TrainableSet } from "../model/parameterLayout";
import type { AuxiliaryWeight } from "../problem/regime";
import type { RegressionProblem } from "../problem/regressionProblem";
import type { TaskPrior } from "../problem/taskPrior";
import type { Sampling } from "../simulate/contextSampler";
import type { DescentSettings } from "./descent";
import type { FlowSettings } from "./gradientFlow";

/** Where the gradients come from: the risk itself, or batches of sampled prompts. */
export type TrainingMethod =
  | { readonly kind: "exact" }
  | { readonly kind: "sampled"; readonly sampling: Sampling; readonly batchSize: number };

/** How a stage moves: in steps, or by gradient flow (exact gradients and a fixed auxiliary weight only). */
export type Motion =
  | ({ readonly kind: "descent" } & DescentSettings)
  | ({ readonly kind: "gradient-flow" } & FlowSettings);

/** Pretraining on tasks of a prior. */
export interface PretrainingStage {
  readonly prior: TaskPrior;
  /** m ≥ 1. */
  readonly shots: number;
  readonly motion: Motion;
}

/** Fine-tuning on one task. */
export interface FineTuningStage {
  /** θ₀, length d. */
  readonly targetTask: Vector;
  readonly trainable: TrainableSet;
  /** The zero-shot loss alone, or with the loss at some shots times a weight. */
  readonly auxiliary?: { readonly shots: number; readonly weight: AuxiliaryWeight };
  /** The size of the data set that sampled training draws its batches from, with replacement. */
  readonly examples: number;
  readonly motion: Motion;
}

/** All that a training run depends on. */
export interface TrainingSettings {
  readonly method: TrainingMethod;
  /** Of the first parameters, the data and the batches. */
  readonly seed: number;
  readonly problem: RegressionProblem;
  readonly model: ModelShape;
  /** Every parameter starts normal with this standard deviation. */
  readonly initialDeviation: number;
  readonly pretraining: PretrainingStage;
  readonly fineTuning?: FineTuningStage;
}
