import { factorLdl } from "../algebra/definiteness";
import { entry, type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import { FLOAT, type NumberField, RATIONAL } from "../algebra/numberField";
import type { RegressionProblem } from "./regressionProblem";

/**
 * The change of variables x = L e, Σ = LLᵀ, after which covariates are independent: the same predictions and risks, from
 * numbers that are as large as what they describe. A task θ becomes Lᵀθ, whose Euclidean length is ‖θ‖.
 */
export interface Whitening {
  /** The same problem in e: Σ = I. */
  readonly problem: RegressionProblem;
  /** Lᵀθ. */
  readonly task: (task: Vector) => Vector;
  /** LᵀΛL. */
  readonly taskCovariance: (matrix: Matrix) => Matrix;
  /** L⁻ᵀv of what v_x and M_x0 are in e: v in x. */
  readonly vectorBack: (vector: Vector) => Vector;
  /** L⁻ᵀ A L⁻¹ of what M_xx is in e: A in x. */
  readonly matrixBack: (matrix: Matrix) => Matrix;
  /**
   * A bound on the relative error of ‖θ‖² that the factorisation makes, by rounding: the condition of Σ with unit diagonal
   * counts (Demmel 1989, On floating point errors in Cholesky), and nothing where Σ was factored exactly.
   */
  readonly relativeError: number;
}

/** Up to here Σ is factored over the rationals, where no digit is lost, however close to singular it is. */
const EXACT_DIMENSION = 8;

/** @throws RangeError when Σ is not positive definite up to rounding. */
export function whiten({ covariance, dimension, noiseVariance }: RegressionProblem): Whitening {
  const factors =
    dimension <= EXACT_DIMENSION ? factorsOf(RATIONAL, covariance) : factorsOf(FLOAT, covariance);
  const { scales, inUnits, gramInUnits, lower } = factors;
  const d = dimension;
  // Solves L₁ᵀ y = x for the unit lower triangular L₁, then back to the scale of x.
  const vectorBack = (vector: Vector): Vector => {
    const out = vector.map((x, i) => x / scales[i]!);
    for (let i = d - 1; i >= 0; i -= 1) {
      for (let k = i + 1; k < d; k += 1) out[i]! -= lower[k]![i]! * out[k]!;
    }
    return out;
  };
  const transpose = (matrix: Matrix): Matrix => matrixFrom(d, d, (i, j) => entry(matrix, j, i));
  const columnsBack = (matrix: Matrix): Matrix => transpose(transpose(matrix).map(vectorBack));
  return {
    problem: { dimension: d, covariance: matrixFrom(d, d, (i, j) => (i === j ? 1 : 0)), noiseVariance },
    task: (task) => inUnits(task).map((x, i) => scales[i]! * x),
    taskCovariance: (matrix) =>
      gramInUnits(matrix).map((row, i) => row.map((x, j) => scales[i]! * scales[j]! * x)),
    vectorBack,
    matrixBack: (matrix) => transpose(columnsBack(transpose(columnsBack(matrix)))),
    relativeError: factors.relativeError,
  };
}

interface Factors {
  /** √D of Σ = L₁DL₁ᵀ. */
  readonly scales: Vector;
  /** L₁, unit lower triangular. */
  readonly lower: Matrix;
  /** L₁ᵀθ. */
  readonly inUnits: (task: Vector) => Vector;
  /** L₁ᵀΛL₁. */
  readonly gramInUnits: (matrix: Matrix) => Matrix;
  readonly relativeError: number;
}

function factorsOf<T>(field: NumberField<T>, covariance: Matrix): Factors {
  const d = covariance.length;
  const factors = factorLdl(
    field,
    covariance.map((row) => row.map((x) => field.from(x))),
  );
  if (factors === undefined || factors.pivots.some((pivot) => field.sign(pivot) <= 0))
    throw new RangeError("the covariance is not positive definite up to rounding");
  const { lower, pivots } = factors;
  const times = (vector: readonly T[]): readonly T[] =>
    vector.map((x, i) => {
      let sum = x;
      for (let k = i + 1; k < d; k += 1) sum = field.add(sum, field.multiply(lower[k]![i]!, vector[k]!));
      return sum;
    });
  const scales = pivots.map((pivot) => Math.sqrt(field.toNumber(pivot)));
  const transposed = (matrix: Matrix<T>): Matrix<T> => matrixFrom(d, d, (i, j) => entry(matrix, j, i));
  return {
    scales,
    lower: lower.map((row) => row.map(field.toNumber)),
    inUnits: (task) => times(task.map((x) => field.from(x))).map(field.toNumber),
    gramInUnits: (matrix) => {
      // Rows times L₁ is L₁ᵀ times each row; the same for the columns.
      const half = matrix.map((row) => times(row.map((x) => field.from(x))));
      return transposed(transposed(half).map(times)).map((row) => row.map(field.toNumber));
    },
    relativeError:
      field.name === "rational" ? 4 * d * EPSILON : 4 * d * EPSILON * worstShrinking(covariance, scales),
  };
}

const EPSILON = 2 ** -52;

/** Σᵢᵢ/Dᵢ at its worst: how much of a variance the covariates before it explain, a measure of the condition of Σ. */
const worstShrinking = (covariance: Matrix, scales: Vector): number =>
  Math.max(...scales.map((scale, i) => entry(covariance, i, i) / scale ** 2));
