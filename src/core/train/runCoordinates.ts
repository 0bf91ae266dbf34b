import { Matrix as DenseMatrix, EigenvalueDecomposition } from "ml-matrix";
import { entry, type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import { FIRST_COVARIATE_SLOT } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { priorFactor, requirePrior, type TaskPrior } from "../problem/taskPrior";
import type { Observer } from "./observer";
import type { Motion, TrainingMethod, TrainingSettings } from "./trainingSettings";

/** Below so many covariates a product of matrices costs no more than what a diagonal Σ saves. */
export const LEAST_DIMENSION = 12;

/** A run whose Σ is diagonal, which is another one seen in turned axes. */
export interface RunCoordinates {
  /** The same run there. */
  readonly settings: TrainingSettings;
  /** All parameters, block by block, in the run's own coordinates, and back. */
  readonly into: (point: Float64Array) => Float64Array;
  readonly back: (point: Float64Array) => Float64Array;
  /** An observer of the run as given, for the run as it goes. */
  readonly seenBy: (observer: Observer | undefined) => Observer | undefined;
}

/**
 * Whether a stage may go in turned axes: gradients turn with their point, and so do momentum, joint clipping and gradient flow,
 * which see lengths and sums only; Adam divides entry by entry and does not.
 */
export const mayTurn = (method: TrainingMethod, motion: Motion): boolean =>
  method.kind === "exact" && (motion.kind === "gradient-flow" || motion.optimiser.kind !== "adam");

/**
 * The axes U in which Σ is diagonal, and Λ of the prior too where one basis serves both: covariates Uᵀx, tasks Uᵀθ, every D × D
 * block TBTᵀ with T = diag(1, Uᵀ, 1), since M = KᵀQ then becomes TMTᵀ. An exact gradient there costs O(d²) instead of O(d³).
 * Undefined where nothing is gained, or the rank of Λ would not survive rounding.
 */
export function runCoordinates(settings: TrainingSettings): RunCoordinates | undefined {
  const { problem, pretraining, model, fineTuning } = settings;
  const { prior } = pretraining;
  requireProblem(problem);
  const d = problem.dimension;
  requirePrior(prior, "pretraining.prior", d);
  if (d < LEAST_DIMENSION || (isDiagonal(problem.covariance) && isDiagonal(prior.taskCovariance)))
    return undefined;
  const axes = axesOf(problem, prior);
  const covariance = turnedDiagonal(problem.covariance, axes);
  const taskCovariance = turned(prior.taskCovariance, axes);
  if (covariance === undefined) return undefined;
  const turnedPrior = { ...prior, taskCovariance: cleaned(taskCovariance) };
  if (priorFactor(turnedPrior)[0]!.length !== priorFactor(prior)[0]!.length) return undefined;
  const task = (theta: Vector): Vector =>
    axes[0]!.map((_, k) => theta.reduce((sum, x, i) => sum + x * axes[i]![k]!, 0));
  const own: TrainingSettings = {
    ...settings,
    problem: { ...problem, covariance },
    pretraining: { ...pretraining, prior: turnedPrior },
    ...(fineTuning === undefined
      ? {}
      : { fineTuning: { ...fineTuning, targetTask: task(fineTuning.targetTask) } }),
  };
  const size = model.dimension + 2;
  const down = Float64Array.from(axes.flat());
  const up = Float64Array.from(matrixFrom(d, d, (i, j) => entry(axes, j, i)).flat());
  const into = (point: Float64Array): Float64Array => turnBlocks(point, up, size);
  const back = (point: Float64Array): Float64Array => turnBlocks(point, down, size);
  return {
    settings: own,
    into,
    back,
    seenBy: (observer) =>
      observer && {
        schedule: observer.schedule,
        see: ({ at, loss, point }) => observer.see({ at, loss, point: back(point) }),
      },
  };
}

const isDiagonal = (matrix: Matrix): boolean =>
  matrix.every((row, i) => row.every((x, j) => i === j || x === 0));

/** Eigenvectors, as columns, of Σ + cΛ for some c: where Σ and Λ commute they are those of both, also where eigenvalues of Σ repeat. */
function axesOf({ covariance }: RegressionProblem, { taskCovariance }: TaskPrior): Matrix {
  const traceOf = (matrix: Matrix): number => matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  // An irrational share: no eigenvalues of the sum fall together that differ in Σ or in Λ, but by chance.
  const share = (GOLDEN * traceOf(covariance)) / traceOf(taskCovariance);
  const both = eigenvectors(
    covariance.map((row, i) => row.map((x, j) => x + share * taskCovariance[i]![j]!)),
  );
  return turnedDiagonal(covariance, both) !== undefined ? both : eigenvectors(covariance);
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

const eigenvectors = (matrix: Matrix): Matrix =>
  new EigenvalueDecomposition(new DenseMatrix(matrix.map((row) => [...row])), {
    assumeSymmetric: true,
  }).eigenvectorMatrix.to2DArray();

/** UᵀAU. */
function turned(matrix: Matrix, axes: Matrix): Matrix {
  const U = new DenseMatrix(axes.map((row) => [...row]));
  const A = new DenseMatrix(matrix.map((row) => [...row]));
  const out = U.transpose().mmul(A).mmul(U).to2DArray();
  return out.map((row, i) => row.map((x, j) => (x + out[j]![i]!) / 2));
}

/** UᵀAU without the rounding beside its diagonal; undefined where that is more than rounding. */
function turnedDiagonal(matrix: Matrix, axes: Matrix): Matrix | undefined {
  const out = cleaned(turned(matrix, axes));
  return isDiagonal(out) ? out : undefined;
}

/** The same matrix, zero where an entry is rounding beside the largest. */
function cleaned(matrix: Matrix): Matrix {
  const largest = Math.max(...matrix.map((row, i) => Math.abs(row[i]!)));
  const rounding = matrix.length * 2 ** -48 * largest;
  return matrix.map((row) => row.map((x) => (Math.abs(x) <= rounding ? 0 : x)));
}

/** TBTᵀ of every block, T = diag(1, W, 1), for the d × d matrix W. */
function turnBlocks(point: Float64Array, W: Float64Array, size: number): Float64Array {
  const d = size - 2;
  const out = Float64Array.from(point);
  const column = new Float64Array(d);
  for (let block = 0; block < point.length; block += size * size) {
    const start = block + FIRST_COVARIATE_SLOT;
    for (let i = 0; i < size; i += 1) turnVector(out, start + i * size, 1, W, column);
    for (let j = 0; j < size; j += 1)
      turnVector(out, block + FIRST_COVARIATE_SLOT * size + j, size, W, column);
  }
  return out;
}

/** x ← Wx for the entries of `data` from `at` on, every `stride`. */
function turnVector(data: Float64Array, at: number, stride: number, W: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let k = 0; k < d; k += 1) x[k] = data[at + k * stride]!;
  for (let i = 0, row = 0; i < d; i += 1, row += d) {
    let sum = 0;
    for (let k = 0; k < d; k += 1) sum += W[row + k]! * x[k]!;
    data[at + i * stride] = sum;
  }
}
