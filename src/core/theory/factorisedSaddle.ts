import { requireMatrix, requireNumber, requireVector } from "@finetune-icl/base";
import { defineFormula } from "../algebra/formula";
import { type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { blockParameters } from "./blockParameters";

const SOURCE =
  "Full fine-tuning on zero-shot prompts with M = KᵀQ, the columns of K and Q that belong to the constant exactly zero, " +
  "from the pretrained point; derived here.";

/**
 * The zero-shot risk at the saddle. Without a constant score the prediction is (xᵀAx)(v_xᵀx); over all A and v_x its risk is
 * least at A = Σ⁻¹ up to a factor, whatever Γ pretraining left: the price of value-only fine-tuning for Γ = Σ⁻¹.
 */
export const FACTORISED_SADDLE_RISK = defineFormula({
  title: "Zero-shot risk where factorised full fine-tuning stalls",
  source: SOURCE,
  yields: "scalar",
  symbol: "R(0, \\theta_0)",
  expression: "noiseVariance + 2 * normSquared(targetTask) / (dimension + 4)",
});

/**
 * Parameters of the saddle: M_xx = cΣ⁻¹ and v_x = θ₀/(c(d+4)) for any c ≠ 0; w is not seen and stays 1.
 * @throws InputError when Σ⁻¹ is not d × d, d the length of θ₀, or a number is not finite.
 */
export function factorisedSaddle<T>(
  field: NumberField<T>,
  inverseCovariance: Matrix<T>,
  targetTask: Vector<T>,
  scale: T,
): AttentionParameters<T> {
  const d = inverseCovariance.length;
  requireMatrix(inverseCovariance, "inverseCovariance", d);
  requireVector(targetTask, "targetTask", d);
  requireNumber(scale, "scale");
  const shrinkage = field.multiply(scale, field.from(d + 4));
  return blockParameters(field, {
    block: matrixFrom(d, d, (i, j) => field.multiply(scale, inverseCovariance[i]![j]!)),
    valueVector: targetTask.map((value) => field.divide(value, shrinkage)),
  });
}
