import { defineFormula, evaluate } from "../algebra/formula";
import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { blockParameters } from "./blockParameters";
import { NORMAL_MATRIX, TRACES } from "./zeroShotValue";

/**
 * M = diag(c, Γ): a constant score c beside the block that pretraining left, an update of M of rank one. Nothing is erased,
 * and for large c the zero-shot error comes as near to the noise as one likes; what it costs is noise in context, c²/n.
 */
const SOURCE =
  "A constant score added to the pretrained block, M = diag(c, Γ), with v = (0, v_x, w); derived here.";

const MIXED = ["mixedMatrix", "firstTrace * covariance + 2 * covariance * gamma * covariance"] as const;

const NORMAL_EQUATIONS = [
  ...TRACES,
  NORMAL_MATRIX,
  MIXED,
  [
    "scoredMatrix",
    "scoreScale^2 * covariance + 2 * scoreScale * (firstTrace * covariance + 2 * covariance * gamma * covariance) + normalMatrix",
  ],
  [
    "scoredVector",
    "(scoreScale * covariance + firstTrace * covariance + 2 * covariance * gamma * covariance) * targetTask",
  ],
] as const;

/** The best v_x on zero-shot prompts: f = (c + xᵀΓx) v_xᵀx is linear in it. */
export const SCORED_VALUE_OPTIMUM = defineFormula({
  title: "Value row beside a constant score",
  source: SOURCE,
  yields: "vector",
  symbol: "v_x",
  where: NORMAL_EQUATIONS,
  expression: "inv(scoredMatrix) * scoredVector",
});

/** The zero-shot risk there. At c = 0 it is that of value-only fine-tuning. */
export const SCORED_ZERO_SHOT_RISK = defineFormula({
  title: "Zero-shot risk beside a constant score",
  source: SOURCE,
  yields: "scalar",
  symbol: "R(0, \\theta_0)",
  where: NORMAL_EQUATIONS,
  expression: "noiseVariance + normSquared(targetTask) - scoredVector * inv(scoredMatrix) * scoredVector",
});

/** The same for Γ = Σ⁻¹: the price falls like 2(d+2)/c². */
export const SCORED_ZERO_SHOT_RISK_INVERSE = defineFormula({
  title: "Zero-shot risk beside a constant score, for the inverse covariance",
  source: `${SOURCE} Γ = Σ⁻¹.`,
  yields: "scalar",
  symbol: "R(0, \\theta_0)",
  expression:
    "noiseVariance + 2 * (dimension + 2) * normSquared(targetTask) / ((scoreScale + dimension + 2)^2 + 2 * (dimension + 2))",
});

/** R(n, θ) for any c, v_x and w. As n → ∞ the score c has no part in it. */
export const SCORED_RISK = defineFormula({
  title: "In-context risk beside a constant score",
  source: `${SOURCE} Any symmetric Γ.`,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  where: [
    ...TRACES,
    NORMAL_MATRIX,
    MIXED,
    ["mixedTask", "valueVector + labelWeight * task"],
    ["bias", "contextShare * gamma * covariance * mixedTask - task"],
  ],
  expression:
    "noiseVariance + normSquared(bias) + 2 * queryShare * bias * (scoreScale * covariance + mixedMatrix) * valueVector" +
    " + queryShare^2 * valueVector * (scoreScale^2 * covariance + 2 * scoreScale * mixedMatrix + normalMatrix) * valueVector" +
    " + contextShare * queryShare * ((scoreScale^2 + secondTrace) * (normSquared(mixedTask) + labelWeight^2 * noiseVariance) + normSquared(gamma * covariance * mixedTask))",
});

/**
 * M = diag(c, Γ) with the best v_x; w stays 1, which zero-shot prompts do not see.
 * @throws InputError when a length is not d or a number not finite.
 */
export function scoreBesideBlock<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  gamma: Matrix<T>,
  targetTask: Vector<T>,
  scoreScale: T,
): AttentionParameters<T> {
  requireProblem(problem);
  const { covariance } = problem;
  const valueVector = evaluate(SCORED_VALUE_OPTIMUM, field, { covariance, gamma, targetTask, scoreScale });
  return blockParameters(field, { block: gamma, scoreScale, valueVector });
}
