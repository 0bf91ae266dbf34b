import type { Differentiable } from "../algebra/differentiable";
import type { AuxiliaryWeight } from "../problem/regime";
import type { StepLoss } from "./descent";

/** The weight λ at a step of so many: fixed, or falling linearly from 1 at the first step towards 0 after the last. */
export function auxiliaryWeightAt(weight: AuxiliaryWeight, step: number, steps: number): number {
  return weight === "annealed" ? 1 - step / steps : weight;
}

/** The same loss at every step. */
export const constantLoss =
  (loss: Differentiable): StepLoss =>
  (point, gradient) =>
    loss(point, gradient);

/** main + λ · auxiliary, with the λ of the step. */
export function withAuxiliary(
  main: StepLoss,
  auxiliary: StepLoss,
  weight: AuxiliaryWeight,
  steps: number,
): StepLoss {
  let second = new Float64Array(0);
  return (point, gradient, step) => {
    if (second.length !== gradient.length) second = new Float64Array(gradient.length);
    const share = auxiliaryWeightAt(weight, step, steps);
    const loss = main(point, gradient, step) + share * auxiliary(point, second, step);
    for (let i = 0; i < gradient.length; i += 1) gradient[i]! += share * second[i]!;
    return loss;
  };
}
