import { defineFormula } from "../algebra/formula";

const SOURCE =
  "Derived here. Covariates x = L e, Σ = LLᵀ, the law of e unchanged when coordinates of e are permuted or change sign; Γ = Σ⁻¹.";

/**
 * R(n, θ) for M = Σ⁻¹ in the covariate block, v = (0, v_x, w). Only two numbers of the distribution enter: τ₄ = E|e|²eᵢ² and
 * τ₆ = E|e|⁴eᵢ².
 */
export const VALUE_ONLY_RISK_OTHER_COVARIATES = defineFormula({
  title: "In-context risk after value-only fine-tuning, for covariates that are not Gaussian",
  source: `${SOURCE} Any v_x and w.`,
  yields: "scalar",
  symbol: "R(n, \\theta)",
  where: [
    ["mixedTask", "valueVector + labelWeight * task"],
    ["bias", "contextShare * mixedTask - task"],
  ],
  expression:
    "noiseVariance + normSquared(bias) + 2 * queryShare * fourthRadial * inner(bias, valueVector) + queryShare^2 * sixthRadial * normSquared(valueVector)" +
    " + contextShare * queryShare * ((fourthRadial - 1) * normSquared(mixedTask) + dimension * labelWeight^2 * noiseVariance)",
});

/** What the Gaussian formula is off by: linear in how far τ₄ and τ₆ are from their Gaussian values. */
export const GAUSSIAN_ERROR = defineFormula({
  title: "Error of the Gaussian risk after value-only fine-tuning",
  source: `${SOURCE} Any v_x and w.`,
  yields: "scalar",
  symbol: "R(n, \\theta) - R_{\\text{Gauss}}(n, \\theta)",
  where: [
    ["mixedTask", "valueVector + labelWeight * task"],
    ["bias", "contextShare * mixedTask - task"],
  ],
  expression:
    "(fourthRadial - dimension - 2) * (2 * queryShare * inner(bias, valueVector) + contextShare * queryShare * normSquared(mixedTask))" +
    " + (sixthRadial - (dimension + 2) * (dimension + 4)) * queryShare^2 * normSquared(valueVector)",
});

/** v_x of value-only fine-tuning on zero-shot prompts; θ₀/(d + 4) if Gaussian. */
export const VALUE_ONLY_OPTIMUM_OTHER_COVARIATES = defineFormula({
  title: "Value-only optimum for covariates that are not Gaussian",
  source: SOURCE,
  yields: "vector",
  symbol: "v_x",
  expression: "fourthRadial / sixthRadial * targetTask",
});

/** The zero-shot risk there; by Cauchy and Schwarz τ₄² ≤ τ₆, with equality if |e| is constant. */
export const VALUE_ONLY_PRICE_OTHER_COVARIATES = defineFormula({
  title: "Zero-shot risk after value-only fine-tuning, for covariates that are not Gaussian",
  source: SOURCE,
  yields: "scalar",
  symbol: "R(0, \\theta_0)",
  expression: "noiseVariance + (1 - fourthRadial^2 / sixthRadial) * normSquared(targetTask)",
});
