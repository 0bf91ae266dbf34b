import { InputError } from "@finetune-icl/base";
import type { Differentiable } from "../algebra/differentiable";
import { exactLoss } from "../exact/exactLoss";
import { featureLoss } from "../exact/featureLoss";
import type { ParameterLayout } from "../model/parameterLayout";
import type { RegressionProblem } from "../problem/regressionProblem";
import type { RiskTerm } from "../problem/riskTerm";
import { ofAllParameters } from "./headReduction";
import { goesTaskByTask } from "./trainingCost";

/**
 * The exact loss Σ weight · R(n, θ) of one layer as a function of all its parameters, laid out as `layout` says.
 * @throws InputError for softmax attention and for more than one layer: the exact risk is known for one linear layer.
 */
export function exactStageLoss(
  layout: ParameterLayout,
  problem: RegressionProblem,
  terms: readonly RiskTerm[],
): Differentiable {
  const { attention, layers, heads } = layout.shape;
  if (attention === "softmax") {
    throw new InputError("attention", attention, "linear: the exact risk is that of linear attention");
  }
  if (layers !== 1) throw new InputError("layers", layers, "1: the exact risk is that of one layer");
  // One head and few tasks, or more covariates than the features of all tasks have memory for: a term costs O(d³). Otherwise all terms together are one quadratic in features.
  const few = goesTaskByTask(layout.shape.dimension, heads, terms.length);
  return ofAllParameters(layout, few ? exactLoss(problem, terms) : featureLoss(problem, terms, heads));
}
