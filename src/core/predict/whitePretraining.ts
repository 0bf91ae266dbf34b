import { factorLdl } from "../algebra/definiteness";
import { entry, type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { Pretraining } from "../problem/regressionProblem";
import { tokenShares } from "../problem/shots";
import type { Whitening } from "../problem/whitening";
import { pretrainedBlock } from "../theory/pretraining";

/** The pretrained Γ* in whitened coordinates: LᵀΓ*L, which has its eigenvalues between 0 and 1. */
export interface WhitePretraining {
  readonly block: Matrix;
  /** A bound on the error of the block, by rounding, relative to 1. */
  readonly relativeError: number;
}

/** Γ* of a pretraining, whitened. For m → ∞ it projects onto the range of LᵀΛ. */
export function whitePretraining(whitening: Whitening, pretraining: Pretraining): WhitePretraining {
  const { problem } = whitening;
  const d = problem.dimension;
  if (pretraining.shots === "infinity")
    return { block: projection(whitening, pretraining.taskCovariance), relativeError: 4 * d * d * EPSILON };
  const taskCovariance = whitening.taskCovariance(pretraining.taskCovariance);
  const block = pretrainedBlock(FLOAT, problem, { ...pretraining, taskCovariance });
  const trace = taskCovariance.reduce((sum, row, i) => sum + row[i]!, 0);
  const ridge = tokenShares(FLOAT, pretraining.shots).queryShare * (trace + problem.noiseVariance);
  return {
    // Rounding leaves the last bits of a symmetric matrix unequal.
    block: matrixFrom(d, d, (i, j) => (entry(block, i, j) + entry(block, j, i)) / 2),
    // Λ(Λ + κI)⁻¹ loses what the condition of Λ + κI, at most 1 + trΛ/κ, says.
    relativeError: 4 * d * EPSILON * (1 + trace / ridge),
  };
}

const EPSILON = 2 ** -52;

function projection(whitening: Whitening, taskCovariance: Matrix): Matrix {
  const d = taskCovariance.length;
  const factors = factorLdl(FLOAT, taskCovariance);
  if (factors === undefined) throw new RangeError("the task covariance is not positive semidefinite");
  const columns = factors.pivots.flatMap((pivot, j) => (pivot > 0 ? [j] : []));
  if (columns.length === d) return matrixFrom(d, d, (i, j) => (i === j ? 1 : 0));
  const basis = orthonormal(columns.map((j) => whitening.task(factors.lower.map((row) => row[j]!))));
  return matrixFrom(d, d, (i, j) => basis.reduce((sum, b) => sum + b[i]! * b[j]!, 0));
}

/** Gram and Schmidt, twice: enough for vectors as nearly parallel as floats can tell apart (Giraud and others 2005). */
function orthonormal(vectors: readonly Vector[]): readonly Vector[] {
  const basis: Vector[] = [];
  for (const vector of vectors) {
    let rest = vector.map((x) => x / Math.hypot(...vector));
    for (let pass = 0; pass < 2; pass += 1) {
      for (const b of basis) {
        const along = rest.reduce((sum, x, i) => sum + x * b[i]!, 0);
        rest = rest.map((x, i) => x - along * b[i]!);
      }
    }
    const length = Math.hypot(...rest);
    basis.push(rest.map((x) => x / length));
  }
  return basis;
}
