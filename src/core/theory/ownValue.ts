import { defineFormula, evaluate } from "../algebra/formula";
import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { OwnValueModel } from "../model/ownValue";
import { labelSlot } from "../model/tokens";
import { requireSquare, requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { blockParameters } from "./blockParameters";
import { NORMAL_MATRIX, TRACES } from "./zeroShotValue";

const SOURCE =
  "Value-only fine-tuning whose update a token reads from itself alone; derived in docs/theory.md, A value that a token gives itself.";

/** R(n, θ) of the pretrained layer, M = Γ, whose query token alone reads v_x: the pretrained risk and two terms that fade, the second with 1/N². */
export const OWN_VALUE_RISK = defineFormula({
  title: "In-context risk with a value that a token gives itself",
  source: `${SOURCE} Any symmetric Γ, any v_x.`,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  where: [...TRACES, ["bias", "contextShare * gamma * covariance * task - task"], NORMAL_MATRIX],
  expression:
    "noiseVariance + normSquared(bias) + 2 * queryShare * bias * (firstTrace * covariance + 2 * covariance * gamma * covariance) * valueVector" +
    " + queryShare^2 * valueVector * normalMatrix * valueVector" +
    " + contextShare * queryShare * (secondTrace * (normSquared(task) + noiseVariance) + normSquared(gamma * covariance * task))",
});

/** ℓ there: what the pretrained layer has, and what the query token adds to itself. */
export const OWN_VALUE_RESPONSE = defineFormula({
  title: "Linear response with a value that a token gives itself",
  source: `${SOURCE} Any symmetric Γ, any v_x.`,
  yields: "vector",
  symbol: "\\ell",
  expression:
    "contextShare * gamma * covariance * task + queryShare * (trace(gamma * covariance) * valueVector + 2 * gamma * covariance * valueVector)",
});

/** a(n) for Γ = Σ⁻¹: (d + 2)/((d + 4) N), which nothing keeps up; b(n) is the pretrained n/N. */
export const OWN_VALUE_INTRUSION_INVERSE = defineFormula({
  title: "Intrusion of a value that a token gives itself, for the inverse covariance",
  source: `${SOURCE} Γ = Σ⁻¹, v_x = θ₀/(d+4).`,
  yields: "scalar",
  symbol: "a(n)",
  expression: "queryShare * (dimension + 2) / (dimension + 4)",
});

/**
 * The pretrained layer with M = Γ, whose query token adds v_x to the value that it reads from itself. On a prompt of a query alone
 * it predicts what value-only fine-tuning does with the same v_x.
 * @throws InputError when Γ is not d × d for the length d of v_x, or a number not finite.
 */
export function ownValueModel<T>(
  field: NumberField<T>,
  gamma: Matrix<T>,
  valueVector: Vector<T>,
): OwnValueModel<T> {
  requireVector(valueVector, "valueVector", requireSquare(gamma, "gamma"));
  const parameters = blockParameters(field, { block: gamma });
  const label = labelSlot(gamma.length);
  return {
    parameters,
    ownValue: parameters.value.map((_, k) => (k === 0 || k === label ? field.zero : valueVector[k - 1]!)),
  };
}

/**
 * R(n, θ) of {@link ownValueModel}, in squared label units. With endless examples it is the pretrained risk on every task, the
 * target included.
 * @throws InputError when a length is not d, a number not finite, or n no shot count.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const gamma = pretrainedBlock(FLOAT, problem, pretraining);
 * const valueVector = valueOnlyOptimum(FLOAT, problem, gamma, [1, 0]);
 * console.log(ownValueRisk(FLOAT, problem, gamma, valueVector, [0, 1], "infinity").toFixed(4)); // 0.1090
 */
export function ownValueRisk<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  gamma: Matrix<T>,
  valueVector: Vector<T>,
  task: Vector<T>,
  shots: ShotCount,
): T {
  requireProblem(problem);
  const { covariance, noiseVariance } = problem;
  return evaluate(OWN_VALUE_RISK, field, {
    covariance,
    noiseVariance,
    gamma,
    task,
    valueVector,
    ...tokenShares(field, shots),
  });
}
