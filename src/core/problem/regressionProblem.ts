import { InputError } from "@finetune-icl/base";
import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { orderedFieldOf } from "../algebra/orderedField";
import {
  join,
  readCovariance,
  readRecord,
  readScalar,
  readVector,
  readWhole,
  requireCovariance,
  requireNumber,
  requireObject,
} from "./readInput";
import { readShots, type ShotCount } from "./shots";

/**
 * Linear regression y = θᵀx + ε with Gaussian covariates x ~ N(0, Σ) in R^d and noise ε ~ N(0, σ²).
 * Values of this type are valid: they come from {@link readProblem} or {@link isotropicSetting}.
 */
export interface RegressionProblem<T = number> {
  /** d, at least 1. */
  readonly dimension: number;
  /** Σ: d × d, symmetric positive definite. */
  readonly covariance: Matrix<T>;
  /** σ² ≥ 0, in squared label units. */
  readonly noiseVariance: T;
}

/** What the model was pretrained on: tasks with E θθᵀ = Λ, prompts of m shots. */
export interface Pretraining<T = number> {
  /** Λ: d × d, symmetric positive semidefinite, not zero. */
  readonly taskCovariance: Matrix<T>;
  /** m ≥ 1, or "infinity". */
  readonly shots: ShotCount;
}

const PROBLEM_FIELDS = ["covariance", "noiseVariance"] as const;

/**
 * Reads `{covariance, noiseVariance}`.
 * @throws InputError naming the field when a matrix is not square, symmetric or positive definite, or a number is not
 * finite or is negative where it must not be.
 * @example
 * const problem = readProblem(FLOAT, { covariance: [[2, 1], [1, 2]], noiseVariance: 0.1 });
 * console.log(problem.dimension); // 2
 */
export function readProblem<T>(
  field: NumberField<T>,
  raw: unknown,
  path = "problem",
  otherFields: readonly string[] = [],
): RegressionProblem<T> {
  const record = readRecord(raw, path, [...PROBLEM_FIELDS, ...otherFields]);
  const covariance = readCovariance(field, record.covariance, join(path, "covariance"), { definite: true });
  const noisePath = join(path, "noiseVariance");
  const noiseVariance = readScalar(field, record.noiseVariance, noisePath, "a finite number, 0 or more");
  if (field.sign(noiseVariance) < 0) {
    throw new InputError(noisePath, record.noiseVariance, "a finite number, 0 or more");
  }
  return { dimension: covariance.length, covariance, noiseVariance };
}

/**
 * For problems that are already numbers: sizes agree, every number is finite, Σ is symmetric and positive definite, σ² not negative.
 * @throws InputError naming the field.
 */
export function requireProblem<T>(problem: RegressionProblem<T>, path = "problem"): void {
  requireObject(problem, path);
  const { dimension, covariance, noiseVariance } = problem;
  readWhole(dimension, join(path, "dimension"), 1);
  requireCovariance(covariance, join(path, "covariance"), dimension, { definite: true });
  requireNoise(noiseVariance, join(path, "noiseVariance"));
}

/** For a variance that is already a number: finite, 0 or more. @throws InputError naming it. */
export function requireNoise<T>(noiseVariance: T, path: string): void {
  requireNumber(noiseVariance, path);
  const field = orderedFieldOf(noiseVariance);
  if (field !== undefined && field.sign(noiseVariance) < 0)
    throw new InputError(path, field.toNumber(noiseVariance), "a finite number, 0 or more");
}

/** The same for what a model of dimension d was pretrained on. @throws InputError naming the field. */
export function requirePretraining<T>(
  pretraining: Pretraining<T>,
  dimension: number,
  path = "pretraining",
): void {
  requireObject(pretraining, path);
  const { taskCovariance, shots } = pretraining;
  requireCovariance(taskCovariance, join(path, "taskCovariance"), dimension, { definite: false });
  readShots(shots, join(path, "shots"), { least: 1, infinite: true });
}

/** The fields of a problem that say what the model was pretrained on. */
export const PRETRAINING_FIELDS = ["taskCovariance", "pretrainingShots"] as const;

/** Reads `taskCovariance` and `pretrainingShots` from a problem of dimension d. @throws InputError naming the field. */
export function readPretraining<T>(
  field: NumberField<T>,
  raw: unknown,
  dimension: number,
  path = "problem",
): Pretraining<T> {
  const record = readRecord(raw, path, [...PROBLEM_FIELDS, ...PRETRAINING_FIELDS]);
  return {
    taskCovariance: readCovariance(field, record.taskCovariance, join(path, "taskCovariance"), {
      size: dimension,
      definite: false,
    }),
    shots: readShots(record.pretrainingShots, join(path, "pretrainingShots"), { least: 1, infinite: true }),
  };
}

/** Reads a task vector θ of length d. */
export function readTask<T>(
  field: NumberField<T>,
  raw: unknown,
  path: string,
  problem: RegressionProblem<T>,
): Vector<T> {
  return readVector(field, raw, path, problem.dimension);
}
