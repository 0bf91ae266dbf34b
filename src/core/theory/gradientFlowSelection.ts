import { defineFormula, evaluate } from "../algebra/formula";
import type { Matrix, Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import type { ZeroShotFullOptimum } from "./zeroShotFull";

/**
 * c = M₀₀ where gradient flow on the zero-shot loss ends. The flow conserves E = ‖M‖²_F − ‖v‖², because the prediction is
 * linear in v and in M; it starts at v = (0, 0, 1), M = Γ, keeps w = 1, and by the symmetry x → −x, y → −y never moves
 * v₀ or the linear scores. At the end v_x = θ₀/c, M₀₀ = c, hence c² − |θ₀|²/c² = ‖Γ‖²_F with Euclidean lengths.
 */
export const GRADIENT_FLOW_SCALE = defineFormula({
  title: "The optimum that gradient flow picks",
  source:
    "Conservation law of gradient flow for a merged key-query matrix, from the pretrained point; re-derived.",
  yields: "scalar",
  symbol: "c",
  where: [
    ["invariant", "trace(gamma * transpose(gamma))"],
    ["targetSquare", "targetTask * targetTask"],
  ],
  expression: "sqrt((invariant + sqrt(invariant^2 + 4 * targetSquare)) / 2)",
});

/**
 * The zero-shot optimum that gradient flow reaches from v = (0, 0, 1), M = Γ (d × d block, symmetric).
 * @throws InputError when θ₀ is not of length d or a number is not finite.
 */
export function gradientFlowOptimum(gamma: Matrix, targetTask: Vector): ZeroShotFullOptimum<number> {
  const scoreScale = evaluate(GRADIENT_FLOW_SCALE, FLOAT, { gamma, targetTask });
  return { branch: "constant-score", scoreScale, labelWeight: 1 };
}
