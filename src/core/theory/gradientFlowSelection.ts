import { requireSquare, requireVector } from "@finetune-icl/base";
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
  requireVector(targetTask, "targetTask", requireSquare(gamma, "gamma"));
  // c is linear in (Γ, √θ₀). Its fourth power leaves the range of floats long before c does, and powers of two change no digit.
  const size = Math.max(largest(gamma.flat()), Math.sqrt(largest(targetTask)));
  const unit = 2 ** Math.max(-MOST_DOUBLINGS, Math.min(MOST_DOUBLINGS, Math.round(Math.log2(size))));
  const scoreScale = evaluate(GRADIENT_FLOW_SCALE, FLOAT, {
    gamma: gamma.map((row) => row.map((x) => x / unit)),
    targetTask: targetTask.map((x) => x / unit / unit),
  });
  return { branch: "constant-score", scoreScale: unit * scoreScale, labelWeight: 1 };
}

// No spread: Γ may have more entries than a call can have arguments.
const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** A power of two and one over it are both floats. */
const MOST_DOUBLINGS = 1000;
