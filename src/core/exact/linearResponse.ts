import { InputError } from "@finetune-icl/base";
import { defineFormula, evaluate } from "../algebra/formula";
import { matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, tokenLength } from "../model/tokens";
import { readWhole, requireCovariance, requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { tokenCovariance } from "./moments";

/**
 * ℓ, the linear map that predicts like the model: of all ℓᵀx_q the one nearest to the prediction f in mean square, over prompts and
 * queries. Σℓ = E f x_q, and the mean of f given the query is a cubic polynomial of a Gaussian vector whose odd part is
 * βᵀx + (xᵀAx)(γᵀx); the cubic adds tr(AΣ)γ + 2AΣγ to β.
 */
export const LINEAR_RESPONSE = defineFormula({
  title: "Linear response of any parameters",
  source:
    "Projection of the prediction of one linear attention layer on the query's covariates (Isserlis 1918); no approximation.",
  yields: "vector",
  symbol: "\\ell",
  where: [
    ["valueConstant", "constantSlot * valueRow"],
    ["valueVector", "covariateSlots * valueRow"],
    ["scoreConstant", "constantSlot * keyQuery * constantSlot"],
    ["scoreVector", "covariateSlots * (keyQuery + transpose(keyQuery)) * constantSlot"],
    ["scoreMatrix", "covariateSlots * (keyQuery + transpose(keyQuery)) * transpose(covariateSlots) / 2"],
    ["contextMean", "transpose(keyQuery) * (valueConstant * constantSlot + tokenCovariance * valueRow)"],
  ],
  expression:
    "contextShare * covariateSlots * contextMean + queryShare * ((scoreConstant + trace(scoreMatrix * covariance)) * valueVector + valueConstant * scoreVector + 2 * scoreMatrix * covariance * valueVector)",
});

/**
 * ℓ of {@link LINEAR_RESPONSE}, length d, on prompts of n examples of `task`.
 * @throws InputError when a length does not fit the dimension, a number is not finite, or `shots` is no shot count
 */
export function linearResponse<T>(
  field: NumberField<T>,
  problem: RegressionProblem<T>,
  task: Vector<T>,
  shots: ShotCount,
  parameters: AttentionParameters<T>,
): Vector<T> {
  const { dimension, covariance } = problem;
  const size = tokenLength(dimension);
  requireProblem(problem);
  requireVector(task, "task", dimension);
  requireParameters(parameters, dimension);
  return evaluate(LINEAR_RESPONSE, field, {
    covariance,
    ...tokenShares(field, shots),
    valueRow: parameters.value,
    keyQuery: parameters.keyQuery,
    tokenCovariance: tokenCovariance(field, problem, task),
    constantSlot: Array.from({ length: size }, (_, i) => (i === CONSTANT_SLOT ? field.one : field.zero)),
    covariateSlots: matrixFrom(dimension, size, (i, j) =>
      j === i + FIRST_COVARIATE_SLOT ? field.one : field.zero,
    ),
  });
}

/** What a prediction takes from two tasks: the one that the model was fine-tuned on, and the one that the prompt shows. */
export interface IntrusionAndGain<T = number> {
  /** a: coefficient of θ₀ᵀx. The target's answer where another one was asked for. */
  readonly intrusion: T;
  /** b: coefficient of θᵀx. 1 is the right answer, 0 a model that learns nothing from the examples. */
  readonly gain: T;
}

/**
 * The coefficients of the regression of f on θ₀ᵀx and θᵀx: how far the answer is the target's and how far the prompt's own. Both
 * follow from ℓ by a system of two equations in the inner products of Σ.
 * @throws InputError when the tasks are parallel, where only the sum of both is determined, or a length does not fit
 */
export function intrusionAndGain<T>(
  field: NumberField<T>,
  { covariance, dimension }: Pick<RegressionProblem<T>, "covariance" | "dimension">,
  tasks: { readonly targetTask: Vector<T>; readonly task: Vector<T> },
  response: Vector<T>,
): IntrusionAndGain<T> {
  const { targetTask, task } = tasks;
  readWhole(dimension, "dimension", 1);
  requireCovariance(covariance, "covariance", dimension, { definite: true });
  requireVector(targetTask, "targetTask", dimension);
  requireVector(task, "task", dimension);
  requireVector(response, "response", dimension);
  const inner = (a: Vector<T>, b: Vector<T>): T =>
    a.reduce(
      (sum, x, i) =>
        b.reduce(
          (part, y, j) => field.add(part, field.multiply(field.multiply(x, covariance[i]![j]!), y)),
          sum,
        ),
      field.zero,
    );
  const [tt, to, oo] = [inner(targetTask, targetTask), inner(targetTask, task), inner(task, task)];
  const determinant = field.subtract(field.multiply(tt, oo), field.multiply(to, to));
  // In floats, parallel tasks leave a determinant of rounding size.
  const scale = field.toNumber(field.multiply(tt, oo));
  if (!(field.toNumber(determinant) > 1e-12 * scale))
    throw new InputError("task", task, "a task that is no multiple of the target");
  const [t, o] = [inner(targetTask, response), inner(task, response)];
  const solve = (x: T, y: T, mixed: T, own: T): T =>
    field.divide(field.subtract(field.multiply(x, own), field.multiply(y, mixed)), determinant);
  return { intrusion: solve(t, o, to, oo), gain: solve(o, t, to, tt) };
}
