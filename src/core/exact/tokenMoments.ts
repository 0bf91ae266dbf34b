import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot } from "../model/tokens";
import { requireRows, requireVector } from "../problem/readInput";
import { type RegressionProblem, requireNoise, requireProblem } from "../problem/regressionProblem";
import { momentOf } from "./gaussianMoment";
import { tokenCovariance } from "./moments";

/**
 * E z_i z_j … of a labelled token z = (1, x, y) by slots in any order. The risk of one layer needs orders up to four, and up to
 * six without the label; of the query token, whose covariates are distributed alike, it needs nothing else.
 */
export type TokenMoments<T = number> = (slots: readonly number[]) => T;

/** E x_i x_j … of the covariates by indices 0 … d−1, with repetition, in any order; the empty product is 1. */
export type CovariateMoments<T = number> = (indices: readonly number[]) => T;

/**
 * Gaussian covariates, a linear task and Gaussian noise: the assumptions of the theory.
 * @throws InputError when a length is not d or a number not finite.
 */
export function gaussianTokenMoments<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  task: Vector<T>,
): TokenMoments<T> {
  requireProblem(problem);
  requireVector(task, "task", problem.dimension);
  const covariance = tokenCovariance(field, problem, task);
  return (slots) => momentOf(field, covariance, slots);
}

/**
 * Covariates with any moments, a linear task y = θᵀx + ε, and noise independent of x. `noise` holds E ε^k for k = 0 … 4;
 * Gaussian noise has 1, 0, σ², 0, 3σ⁴.
 * @throws InputError when `noise` has not five moments or a number is not finite.
 */
export function linearTaskMoments<T>(
  field: NumberField<T>,
  covariates: CovariateMoments<T>,
  task: Vector<T>,
  noise: Vector<T>,
): TokenMoments<T> {
  requireVector(task, "task", task.length);
  requireVector(noise, "noise", 5);
  const label = labelSlot(task.length);
  // Each label is either the noise or one of the θ_i x_i: the sum over all choices.
  const expand = (indices: readonly number[], labels: number, noises: number): T => {
    if (labels === 0) {
      const factor = noise[noises]!;
      return field.sign(factor) === 0 ? factor : field.multiply(factor, covariates(indices));
    }
    return task.reduce(
      (sum, weight, i) =>
        field.sign(weight) === 0
          ? sum
          : field.add(sum, field.multiply(weight, expand([...indices, i], labels - 1, noises))),
      expand(indices, labels - 1, noises + 1),
    );
  };
  return remembered((slots) => {
    const indices = slots.filter((slot) => slot !== CONSTANT_SLOT && slot !== label);
    const labels = slots.filter((slot) => slot === label).length;
    return expand(
      indices.map((slot) => slot - FIRST_COVARIATE_SLOT),
      labels,
      0,
    );
  });
}

/** E ε^k of Gaussian noise for k = 0 … 4. @throws InputError when σ² is not finite. */
export function gaussianNoise<T>(field: NumberField<T>, noiseVariance: T): Vector<T> {
  requireNoise(noiseVariance, "noiseVariance");
  const square = field.multiply(noiseVariance, noiseVariance);
  return [field.one, field.zero, noiseVariance, field.zero, field.add(square, field.add(square, square))];
}

/**
 * The moments of a finite set of examples, each equally likely: `covariates` has a row of d numbers for each, `labels` one
 * number. The risk they give is that of prompts drawn from the set with replacement, without any assumption on how labels
 * depend on covariates.
 * @throws InputError when the rows are not of one length, there is not a label for each, or a number is not finite.
 */
export function sampleMoments(covariates: Matrix, labels: Vector): TokenMoments {
  const count = labels.length;
  const dimension = requireRows(covariates, "covariates");
  requireVector(labels, "labels", covariates.length);
  const columns = [
    ...Array.from({ length: dimension }, (_, i) => Float64Array.from(covariates, (row) => row[i]!)),
    Float64Array.from(labels),
  ];
  return remembered((slots) => {
    const factors = slots
      .filter((slot) => slot !== CONSTANT_SLOT)
      .map((slot) => columns[slot - FIRST_COVARIATE_SLOT]!);
    let sum = 0;
    for (let r = 0; r < count; r += 1) {
      let product = 1;
      for (const factor of factors) product *= factor[r]!;
      sum += product;
    }
    return sum / count;
  });
}

/** The same moments, each computed once. */
export function remembered<T>(moments: (indices: readonly number[]) => T): (indices: readonly number[]) => T {
  const known = new Map<number, T>();
  return (indices) => {
    const sorted = [...indices].sort((a, b) => a - b);
    // At most six indices, far below 64 each.
    const key = sorted.reduce((code, index) => code * 64 + index + 1, 0);
    let value = known.get(key);
    if (value === undefined) {
      value = moments(sorted);
      known.set(key, value);
    }
    return value;
  };
}
