import type { Vector } from "../algebra/matrix";
import type { AttentionParameters } from "../model/attentionParameters";
import type { AuxiliaryWeight } from "../problem/regime";
import type { RegressionProblem } from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import { type AuxiliaryFullOptimum, auxiliaryFullOptimum } from "./auxiliaryFull";

/**
 * {@link auxiliaryFullOptimum} in units of the label in which the target has a length near 1, so that neither large nor small
 * targets starve the descent of digits: y = s y′, θ = s θ′, σ = s σ′, f = s f′. The unit s is a power of two, so that nothing
 * is rounded. The gradient's length is given in the units of the descent.
 */
export function scaledAuxiliaryFull(
  problem: RegressionProblem,
  start: AttentionParameters,
  targetTask: Vector,
  auxiliary: { readonly shots: ShotCount; readonly weight: AuxiliaryWeight },
): AuxiliaryFullOptimum {
  const length = Math.hypot(...targetTask);
  const unit = length === 0 ? 1 : 2 ** Math.round(Math.log2(length));
  const { parameters, optimisation, uncertainty } = auxiliaryFullOptimum(
    { ...problem, noiseVariance: problem.noiseVariance / unit ** 2 },
    start,
    targetTask.map((x) => x / unit),
    auxiliary,
  );
  const label = start.value.length - 1;
  return {
    parameters: {
      value: parameters.value.map((x, k) => (k === label ? x : unit * x)),
      keyQuery: parameters.keyQuery.map((row, i) => (i === label ? row.map((x) => x / unit) : row)),
    },
    optimisation: {
      ...optimisation,
      loss: unit ** 2 * optimisation.loss,
      lowerBound: unit ** 2 * optimisation.lowerBound,
      lowerBoundWithoutConstant: unit ** 2 * optimisation.lowerBoundWithoutConstant,
    },
    uncertainty: (task, shots) =>
      unit ** 2 *
      uncertainty(
        task.map((x) => x / unit),
        shots,
      ),
  };
}
