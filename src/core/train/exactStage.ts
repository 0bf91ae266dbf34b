import { InputError } from "@finetune-icl/base";
import { type ExactTerm, exactLoss } from "../exact/exactLoss";
import type { ParameterLayout, TrainableSet } from "../model/parameterLayout";
import type { AuxiliaryWeight } from "../problem/regime";
import type { RegressionProblem } from "../problem/regressionProblem";
import type { StepLoss } from "./descent";
import { ofAllParameters } from "./headReduction";
import { constantLoss, withAuxiliary } from "./stepLoss";

/** A second part of a loss, with a weight that may fall over the steps of a stage. */
export interface AuxiliaryPart {
  readonly terms: readonly ExactTerm[];
  readonly weight: AuxiliaryWeight;
  readonly steps: number;
}

/**
 * The exact loss of one layer as a function of all its parameters, laid out as `layout` says: a sum of risks on tasks or
 * averaged over a prior, with a second such part or not. Its gradient is zero but in what is trained.
 * @throws InputError for softmax attention and for more than one layer: the exact risk is known for one linear layer.
 */
export function exactStageLoss(
  layout: ParameterLayout,
  problem: RegressionProblem,
  terms: readonly ExactTerm[],
  {
    auxiliary,
    trainable = "all",
  }: { readonly auxiliary?: AuxiliaryPart; readonly trainable?: TrainableSet } = {},
): StepLoss {
  const { attention, layers, heads } = layout.shape;
  if (attention === "softmax") {
    throw new InputError("attention", attention, "linear: the exact risk is that of linear attention");
  }
  if (layers !== 1) throw new InputError("layers", layers, "1: the exact risk is that of one layer");
  const part = (each: readonly ExactTerm[]): StepLoss => constantLoss(exactLoss(problem, each, heads));
  const loss =
    auxiliary === undefined
      ? part(terms)
      : withAuxiliary(part(terms), part(auxiliary.terms), auxiliary.weight, auxiliary.steps);
  return ofAllParameters(layout, loss, trainable);
}
