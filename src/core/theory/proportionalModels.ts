import { InputError, requireVector } from "@finetune-icl/base";
import { matrixFrom, type Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import type { RegressionProblem } from "../problem/regressionProblem";
import { blockParameters } from "./blockParameters";
import { type ProportionalSetting, proportionalRidge } from "./proportionalLimit";
import { zeroShotFullParameters } from "./zeroShotFull";

/** One member, of dimension d, of the sequence of problems that a {@link ProportionalSetting} describes, and its three models. */
export interface ProportionalMember {
  /** Σ is diagonal; the eigenvalues of the spectrum take turns on it. */
  readonly problem: RegressionProblem;
  /** After pretraining on tasks with E θθᵀ = I/d, and after fine-tuning that on zero-shot prompts of the target. */
  readonly parameters: Readonly<Record<"pretrained" | "valueOnly" | "full", AttentionParameters>>;
}

/**
 * The models whose risks tend to those of `proportionalRisks` as d grows, at a finite d. Since Σ is diagonal every optimum is one
 * entry by entry (docs/theory.md), at a cost of d² where `predict` inverts matrices: what makes d = 1000 a matter of a moment.
 *
 * @param dimension d, a multiple of the length of the spectrum
 * @param targetTask θ₀, length d, not zero
 * @throws InputError for a setting, a dimension or a target that is none
 * @example
 * const setting = { spectrum: [1], noiseVariance: 0, pretrainingRatio: Infinity };
 * console.log(proportionalModels(setting, 4, [1, 0, 0, 0]).parameters.valueOnly.value); // [ 0, 0.125, 0, 0, 0, 1 ]
 */
export function proportionalModels(
  setting: ProportionalSetting,
  dimension: number,
  targetTask: Vector,
): ProportionalMember {
  const limitRidge = proportionalRidge(setting);
  const { spectrum, noiseVariance, pretrainingRatio } = setting;
  const period = spectrum.length;
  if (!(Number.isInteger(dimension) && dimension > 0 && dimension % period === 0))
    throw new InputError(
      "dimension",
      dimension,
      `a positive multiple of ${period}, the length of the spectrum`,
    );
  requireVector(targetTask, "targetTask", dimension);
  if (targetTask.every((x) => x === 0))
    throw new InputError("targetTask", targetTask, "a task other than zero");

  const eigenvalues = Array.from({ length: dimension }, (_, i) => spectrum[i % period]!);
  // κd with κ = (τ + σ²)/(m + 1): r but for the query token, which the pretraining prompts count, too.
  const shots = pretrainingRatio * dimension;
  const ridge = shots === Number.POSITIVE_INFINITY ? 0 : (limitRidge * shots) / (shots + 1);
  const block = eigenvalues.map((x) => 1 / (x + ridge));
  const gamma = diagonal(block);
  const scoreScale = flowScale(sumOfSquares(block), sumOfSquares(targetTask));
  return {
    problem: { dimension, covariance: diagonal(eigenvalues), noiseVariance },
    parameters: {
      pretrained: blockParameters(FLOAT, { block: gamma }),
      valueOnly: blockParameters(FLOAT, {
        block: gamma,
        valueVector: diagonalValueOptimum(eigenvalues, block, targetTask),
      }),
      full: zeroShotFullParameters(FLOAT, targetTask, {
        branch: "constant-score",
        scoreScale,
        labelWeight: 1,
      }),
    },
  };
}

/** v_x = B⁻¹a of value-only fine-tuning for diagonal Σ and Γ: both B and (a of θ₀) are diagonal, too. */
function diagonalValueOptimum(eigenvalues: Vector, block: Vector, targetTask: Vector): Vector {
  const alphas = eigenvalues.map((x, i) => x * block[i]!);
  const firstTrace = alphas.reduce((sum, alpha) => sum + alpha, 0);
  const secondTrace = sumOfSquares(alphas);
  return alphas.map(
    (alpha, i) =>
      (targetTask[i]! * (firstTrace + 2 * alpha)) /
      (firstTrace ** 2 + 2 * secondTrace + 4 * firstTrace * alpha + 8 * alpha ** 2),
  );
}

/** c of gradient flow, c² − |θ₀|²/c² = ‖Γ‖²_F. */
const flowScale = (blockSquare: number, targetSquare: number): number =>
  Math.sqrt((blockSquare + Math.hypot(blockSquare, 2 * Math.sqrt(targetSquare))) / 2);

const sumOfSquares = (values: Vector): number => values.reduce((sum, x) => sum + x * x, 0);

const diagonal = (entries: Vector): number[][] =>
  matrixFrom(entries.length, entries.length, (i, j) => (i === j ? entries[i]! : 0));
