import { defineFormula } from "../algebra/formula";

const SOURCE =
  "Key-query-only fine-tuning on zero-shot prompts from a nearly exact pretrained point, v = (v₀, v_x, w) with small v₀ and " +
  "v_x; derived here. Minus the gradient of the zero-shot risk in M while the zero-shot prediction is still small.";

/** dM₀₀/dt. */
export const KEY_QUERY_GROWTH_CONSTANT = defineFormula({
  title: "Growth of the constant score",
  source: SOURCE,
  yields: "scalar",
  symbol: "\\dot M_{00}",
  expression: "2 * inner(targetTask, valueVector)",
});

/** dM_x0/dt, and dM_0x/dt too. */
export const KEY_QUERY_GROWTH_LINEAR = defineFormula({
  title: "Growth of the scores linear in the covariates",
  source: SOURCE,
  yields: "vector",
  symbol: "\\dot M_{x0}",
  expression: "2 * valueConstant * covariance * targetTask",
});

/** dM_xx/dt. */
export const KEY_QUERY_GROWTH_COVARIATES = defineFormula({
  title: "Growth of the covariate block",
  source: SOURCE,
  yields: "matrix",
  symbol: "\\dot M_{xx}",
  expression:
    "2 * (inner(targetTask, valueVector) * covariance + outer(covariance * targetTask, covariance * valueVector) + outer(covariance * valueVector, covariance * targetTask))",
});
