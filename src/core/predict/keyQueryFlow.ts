import { requireMatrix, requireNumber, requireVector } from "@finetune-icl/base";
import { Matrix as DenseMatrix, EigenvalueDecomposition } from "ml-matrix";
import { type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { momentOf } from "../exact/gaussianMoment";
import { queryMoment, tokenCovariance } from "../exact/moments";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { labelSlot } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";

/** The flow dm/dt = −2(Km − b) of the entries of M that zero-shot prompts see, row by row, label slots left out. */
export interface LinearFlow {
  /** K: symmetric, positive semidefinite. */
  readonly curvature: Matrix;
  /** b. */
  readonly pull: Vector;
}

/**
 * Where gradient flow on the zero-shot risk of a task takes M in the time `time`, v held fixed: exactly, because the
 * prediction (zᵀMz)(vᵀz) is linear in M, so that the flow dM/dt = −2(KM − b) is a linear differential equation. K is the
 * matrix of moments E (vᵀz)² z_a z_b z_c z_d and b the vector E y (vᵀz) z_a z_b. The label's row and column stay as they are.
 *
 * Gradient descent of rate η and momentum β follows it at the time η/(1−β) a step, up to the order of η.
 * @throws InputError when a length does not fit or a number is not finite.
 */
export function keyQueryFlow(
  problem: RegressionProblem,
  targetTask: Vector,
  start: AttentionParameters,
  time: number,
): AttentionParameters {
  requireProblem(problem);
  requireVector(targetTask, "targetTask", problem.dimension);
  requireParameters(start, problem.dimension);
  requireNumber(time, "time");
  const label = labelSlot(problem.dimension);
  // The zero-shot loss sees the slots of the constant and the covariates.
  const pairs = matrixFrom(label, label, (a, b) => [a, b] as const).flat();
  const contents = start.value.slice(0, label);
  const query = queryMoment(FLOAT, problem);
  const labelled = tokenCovariance(FLOAT, problem, targetTask);
  const sum = (of: (k: number, content: number) => number): number =>
    contents.reduce((total, content, k) => (content === 0 ? total : total + content * of(k, content)), 0);
  const curvature = matrixFrom(pairs.length, pairs.length, (p, q) => {
    const [a, b] = pairs[p]!;
    const [c, e] = pairs[q]!;
    return sum((k) => sum((l) => momentOf(FLOAT, query, [k, l, a, b, c, e])));
  });
  const pull = pairs.map(([a, b]) => sum((k) => momentOf(FLOAT, labelled, [k, a, b, label])));
  return solveLinearFlow({ curvature, pull }, start, time);
}

/** M after the time `time`, by the eigenvectors of K; all else as at the start. @throws InputError when a length does not fit or a number is not finite. */
export function solveLinearFlow(
  { curvature, pull }: LinearFlow,
  start: AttentionParameters,
  time: number,
): AttentionParameters {
  const label = requireParameters(start) - 1;
  requireMatrix(curvature, "curvature", label * label);
  requireVector(pull, "pull", label * label);
  requireNumber(time, "time");
  const seen = start.keyQuery.slice(0, label).flatMap((row) => row.slice(0, label));
  const { realEigenvalues, eigenvectorMatrix: basis } = new EigenvalueDecomposition(
    new DenseMatrix(curvature.map((row) => [...row])),
    { assumeSymmetric: true },
  );
  const coordinates = (x: Vector): readonly number[] =>
    basis
      .transpose()
      .mmul(DenseMatrix.columnVector([...x]))
      .to1DArray();
  const from = coordinates(seen);
  const toward = coordinates(pull);
  const moved = realEigenvalues.map((eigenvalue, i) => {
    // (1 − e^{−2kt})/k tends to 2t where the flow meets no resistance.
    const rate = Math.max(eigenvalue, 0);
    const reach = rate === 0 ? 2 * time : -Math.expm1(-2 * rate * time) / rate;
    return from[i]! * Math.exp(-2 * rate * time) + toward[i]! * reach;
  });
  const end = basis.mmul(DenseMatrix.columnVector(moved)).to1DArray();
  return {
    value: start.value,
    keyQuery: start.keyQuery.map((row, a) =>
      row.map((entry, b) => (a === label || b === label ? entry : end[a * label + b]!)),
    ),
  };
}
