import { InputError, readWhole, requireSquare } from "@finetune-icl/base";
import { factorLdl } from "../algebra/definiteness";
import { defineFormula, evaluate } from "../algebra/formula";
import type { Matrix, Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { scoreScale } from "../model/softmaxAttention";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { blockParameters } from "./blockParameters";

/**
 * One softmax layer with M zero but for M_xx = √D A and v = (0, v_x, w), on Gaussian covariates. Given the query, the weights
 * e^{x_jᵀAx_q} tilt N(0, Σ) to N(ΣAx_q, Σ), so that endless examples answer φᵀΣAx_q, φ = v_x + wθ. A is any matrix.
 */
const SOURCE = "Softmax weights tilt the Gaussian law of the covariates; derived here.";

const ANSWER = [
  ["mixedTask", "valueVector + labelWeight * task"],
  ["tiltedAnswer", "transpose(tilt) * covariance * mixedTask"],
  ["bias", "tiltedAnswer - task"],
] as const;

/** R(∞, θ). */
export const SOFTMAX_LIMIT_RISK = defineFormula({
  title: "Risk of a softmax layer with endless examples",
  source: SOURCE,
  yields: "scalar",
  symbol: "R(\\infty, \\theta)",
  where: ANSWER,
  expression: "noiseVariance + normSquared(bias)",
});

/**
 * lim n (R(n, θ) − R(∞, θ)): the noise of a mean whose weights are uneven, its bias, and the query token's own vote. Finite
 * when every singular value of Σ^½AΣ^½ is below 1/√2; for larger scores a few tokens decide, and the limit is approached more
 * slowly than 1/n.
 */
export const SOFTMAX_SHOTS_COST = defineFormula({
  title: "What a softmax layer loses by a finite number of examples, times that number",
  source: `${SOURCE} First order of the self-normalised mean.`,
  yields: "scalar",
  symbol: "\\lim_n n\\,(R(n, \\theta) - R(\\infty, \\theta))",
  where: [
    ...ANSWER,
    ["tiltSquare", "transpose(tilt) * covariance * tilt"],
    ["contextTilt", "inv(inv(covariance) - 2 * tiltSquare)"],
    ["selfTilt", "inv(inv(covariance) - tilt - transpose(tilt) + tiltSquare)"],
  ],
  expression:
    "sqrt(det(contextTilt) / det(covariance)) * (normSquared(mixedTask) + labelWeight^2 * noiseVariance" +
    " + tiltedAnswer * contextTilt * tiltedAnswer - 2 * bias * contextTilt * tiltedAnswer)" +
    " + 2 * sqrt(det(selfTilt) / det(covariance)) * (bias * selfTilt * (valueVector - tiltedAnswer))",
});

/** Σ⁻¹ − 2AᵀΣA, from which the squares of the weights have a finite mean. */
const WEIGHT_SPREAD = defineFormula({
  title: "What the squares of softmax weights leave of the covariates' law",
  source: SOURCE,
  yields: "matrix",
  symbol: "S",
  expression: "inv(covariance) - 2 * transpose(tilt) * covariance * tilt",
});

/** A softmax head whose scores are xᵀA x_q. */
export interface SoftmaxHead {
  readonly tilt: Matrix;
  readonly valueVector: Vector;
  readonly labelWeight: number;
}

/** R(∞, θ) of one softmax head. @throws InputError when a length is not d or a number not finite. */
export function softmaxLimitRisk(problem: RegressionProblem, task: Vector, head: SoftmaxHead): number {
  requireProblem(problem);
  const { covariance, noiseVariance } = problem;
  const { tilt, valueVector, labelWeight } = head;
  return evaluate(SOFTMAX_LIMIT_RISK, FLOAT, {
    covariance,
    noiseVariance,
    task,
    tilt,
    valueVector,
    labelWeight,
  });
}

/** {@link SOFTMAX_SHOTS_COST} is finite where Σ⁻¹ − 2AᵀΣA is positive definite. */
function requireFiniteCost(covariance: Matrix, tilt: Matrix): void {
  const spread = evaluate(WEIGHT_SPREAD, FLOAT, { covariance, tilt });
  if (!factorLdl(FLOAT, spread)?.pivots.every((pivot) => pivot > 0))
    throw new InputError("tilt", tilt, "a matrix A with all singular values of Σ^½AΣ^½ below 1/√2");
}

/**
 * R(n, θ) up to the order 1/n, n ≥ 1.
 * @throws InputError as {@link softmaxLimitRisk}, or naming `shots`, or `tilt` where the cost of a finite n is not of that order.
 */
export const softmaxRisk = (
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  head: SoftmaxHead,
): number => {
  requireProblem(problem);
  readWhole(shots, "shots", 1);
  const { covariance, noiseVariance } = problem;
  const { tilt, valueVector, labelWeight } = head;
  requireSquare(tilt, "tilt");
  requireFiniteCost(covariance, tilt);
  const cost = evaluate(SOFTMAX_SHOTS_COST, FLOAT, {
    covariance,
    noiseVariance,
    task,
    tilt,
    valueVector,
    labelWeight,
  });
  return softmaxLimitRisk(problem, task, head) + cost / shots;
};

/** (v, M) of such a head: M_xx = √D A. @throws InputError when a length does not fit or a number is not finite. */
export const softmaxParameters = ({ tilt, valueVector, labelWeight }: SoftmaxHead): AttentionParameters => {
  requireSquare(tilt, "tilt");
  const root = 1 / scoreScale(tilt.length + 2);
  return blockParameters(FLOAT, {
    block: tilt.map((row) => row.map((x) => root * x)),
    valueVector,
    labelWeight,
  });
};
