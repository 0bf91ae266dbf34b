import { readWhole, requireNumber, requirePositive, requireVector } from "@finetune-icl/base";
import { defineFormula, evaluate } from "../algebra/formula";
import type { Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { blockParameters } from "./blockParameters";

/**
 * Full fine-tuning with an auxiliary loss when labels have no noise. Then v = (0, −wθ₀ + δ, w) reads δᵀx from a labelled token and
 * −wθ₀ᵀx from the query, whose label slot is empty: with w → ∞ the two can be told apart, and R(0, θ₀) + λ R(n, θ₀) falls along a
 * valley without a minimum. In the limit f = (1/N)[p Σ_j (θ₀ᵀx_j)²/‖θ₀‖² + k] θ₀ᵀx_q; the best p for a k is (N − k)/(n + 2), and
 * (k − 1)² + μ(N − k)² remains to be minimised.
 */
const SOURCE = "The limit of descent without label noise, along the valley w → ∞; derived here.";
const RIDGE = ["valleyRidge", "2 * auxiliaryWeight / (tokenCount^2 * (shots + 2))"] as const;

/** What R(0, θ₀) + λ R(n, θ₀) falls to, σ² = 0, in any dimension and for any Σ. */
export const NOISELESS_AUXILIARY_LOSS = defineFormula({
  title: "Infimum of the zero-shot loss with an auxiliary loss, without noise",
  source: SOURCE,
  yields: "scalar",
  symbol: "\\inf\\,R(0,\\theta_0)+\\lambda R(n,\\theta_0)",
  where: [RIDGE],
  expression: "normSquared(targetTask) * shots^2 * valleyRidge / (1 + valleyRidge)",
});

/** k: what the query's own token predicts, as a multiple of θ₀ᵀx_q. */
export const NOISELESS_OWN_SHARE = defineFormula({
  title: "What the query's own token predicts along the valley",
  source: SOURCE,
  yields: "scalar",
  symbol: "k",
  where: [RIDGE],
  expression: "(1 + valleyRidge * tokenCount) / (1 + valleyRidge)",
});

/** An auxiliary loss at finitely many shots, n ≥ 1, with weight λ > 0. */
export interface NoiselessAuxiliary {
  readonly shots: number;
  readonly weight: number;
}

/**
 * {@link NOISELESS_AUXILIARY_LOSS} of a target.
 * @throws InputError when θ₀ is not of length d, a number is not finite, `shots` is no whole number from 1 up, or λ no positive number.
 */
export function noiselessAuxiliaryLoss(
  problem: RegressionProblem,
  targetTask: Vector,
  { shots, weight }: NoiselessAuxiliary,
): number {
  requireProblem(problem);
  requirePositive(weight, "weight");
  return evaluate(NOISELESS_AUXILIARY_LOSS, FLOAT, {
    covariance: problem.covariance,
    targetTask,
    shots: readWhole(shots, "shots", 1),
    tokenCount: shots + 1,
    auxiliaryWeight: weight,
  });
}

/**
 * A point of the valley with label weight −`scale`: its loss is above the infimum by a term of order 1/scale², and its risk on
 * every task that is not the target grows like scale².
 * @throws InputError as {@link noiselessAuxiliaryLoss}, or naming `scale`.
 */
export function noiselessValley(
  problem: RegressionProblem,
  targetTask: Vector,
  { shots, weight }: NoiselessAuxiliary,
  scale: number,
): AttentionParameters {
  requireProblem(problem);
  const { covariance } = problem;
  requireVector(targetTask, "targetTask", covariance.length);
  requireNumber(scale, "scale");
  requirePositive(weight, "weight");
  const tokenCount = readWhole(shots, "shots", 1) + 1;
  const own = evaluate(NOISELESS_OWN_SHARE, FLOAT, { shots, tokenCount, auxiliaryWeight: weight });
  const square = targetTask.reduce(
    (sum, x, i) => sum + x * targetTask.reduce((s, y, j) => s + y * covariance[i]![j]!, 0),
    0,
  );
  const perExample = (tokenCount - own) / (shots + 2) / square;
  const { value, keyQuery } = blockParameters(FLOAT, {
    block: covariance.map((row) => row.map(() => 0)),
    scoreScale: own / scale,
    valueVector: targetTask.map((x) => (scale + 1 / scale) * x),
    labelWeight: -scale,
  });
  const label = labelSlot(targetTask.length);
  return {
    value,
    keyQuery: keyQuery.map((row, a) =>
      row.map((entry, b) =>
        a === label && b !== CONSTANT_SLOT && b !== label
          ? scale * perExample * targetTask[b - FIRST_COVARIATE_SLOT]!
          : entry,
      ),
    ),
  };
}
