import { defineFormula } from "../algebra/formula";

const SOURCE =
  "Gradient flow on the zero-shot loss from the pretrained optimum, Σ = I, Λ = (τ/d) I, to leading order in the zero-shot gain; derived here.";

/**
 * How fast the few-shot risk, averaged over the prior, changes when the pretrained block grows, M_xx = γI + δ I, per entry of the
 * diagonal: 2(n/N)γ(κ_n − κ_m), κ_n = (τ+σ²)/(n+1). Pretraining on m shots left a block that is too small for n > m and too
 * large for n < m.
 */
export const BLOCK_SLOPE = defineFormula({
  title: "Slope of the average risk in the pretrained block",
  source: "The average of the pretrained risk over the prior; derived here. Σ = I, Λ = (τ/d) I.",
  yields: "scalar",
  symbol: "\\partial R(n)/\\partial M_{ii}",
  expression: "2 * contextShare * blockScale * (shotRidge - kappa)",
});

/**
 * Average few-shot risk of full fine-tuning less that of value-only fine-tuning, both stopped at the same small zero-shot gain g.
 * The flow of M first makes the block grow, by 2γ(d+2)t²(‖θ₀‖² I + 2θ₀θ₀ᵀ), and g = 4γ²(d+2)²‖θ₀‖²t: times BLOCK_SLOPE.
 */
export const EARLY_STOPPING_DIFFERENCE = defineFormula({
  title: "Full less value-only fine-tuning at equal zero-shot gain",
  source: SOURCE,
  yields: "scalar",
  symbol: "\\Delta R(n)",
  expression:
    "contextShare * (shotRidge - kappa) * zeroShotGain^2 / (4 * blockScale^2 * (dimension + 2)^2 * normSquared(targetTask))",
});
