import { defineFormula } from "../algebra/formula";

const SOURCE =
  "Projection of the prediction on the query's covariates, from the optima of the fine-tuning regimes; derived in docs/theory.md, What a prediction takes from which task.";

/** ℓ of the pretrained model, for any symmetric Γ. */
export const PRETRAINED_RESPONSE = defineFormula({
  title: "Linear response after pretraining",
  source: SOURCE,
  yields: "vector",
  symbol: "\\ell",
  expression: "contextShare * gamma * covariance * task",
});

/** ℓ for M = Γ and v = (0, v_x, w): value-only fine-tuning, with or without an auxiliary loss. */
export const VALUE_ONLY_RESPONSE = defineFormula({
  title: "Linear response after value-only fine-tuning",
  source: `${SOURCE} Any symmetric Γ, any v_x and w.`,
  yields: "vector",
  symbol: "\\ell",
  expression:
    "contextShare * gamma * covariance * (valueVector + labelWeight * task) + queryShare * (trace(gamma * covariance) * valueVector + 2 * gamma * covariance * valueVector)",
});

/** ℓ at a constant-score optimum of full fine-tuning: nothing of the prompt's own task. */
export const CONSTANT_SCORE_RESPONSE = defineFormula({
  title: "Linear response after full fine-tuning",
  source: `${SOURCE} Constant score; any c and w.`,
  yields: "vector",
  symbol: "\\ell",
  expression: "queryShare * targetTask",
});

/** ℓ at a constant-value optimum of full fine-tuning. */
export const CONSTANT_VALUE_RESPONSE = defineFormula({
  title: "Linear response at the mirrored optimum of full fine-tuning",
  source: `${SOURCE} Constant value; the part 1 − ρ of the score in the first row of M.`,
  yields: "vector",
  symbol: "\\ell",
  expression: "(contextShare * (1 - keyShare) + queryShare) * targetTask",
});

/** a(n) after value-only fine-tuning for Γ = Σ⁻¹: (n + d + 2)/((d + 4) N), which examples outvote down to 1/(d + 4). */
export const VALUE_ONLY_INTRUSION_INVERSE = defineFormula({
  title: "Intrusion of the target after value-only fine-tuning, for the inverse covariance",
  source: `${SOURCE} Γ = Σ⁻¹, v_x = θ₀/(d+4), any w.`,
  yields: "scalar",
  symbol: "a(n)",
  expression: "(contextShare + queryShare * (dimension + 2)) / (dimension + 4)",
});

/** b(n) there: what the pretrained model has, times w. */
export const VALUE_ONLY_GAIN_INVERSE = defineFormula({
  title: "Gain from examples after value-only fine-tuning, for the inverse covariance",
  source: `${SOURCE} Γ = Σ⁻¹, any w.`,
  yields: "scalar",
  symbol: "b(n)",
  expression: "contextShare * labelWeight",
});
