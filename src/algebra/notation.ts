/** One symbol of the formulas: how it prints and what it stands for. */
export interface Notation {
  readonly tex: string;
  readonly meaning: string;
}

/**
 * The symbols shared by every formula and every notebook. Greek letters get their words in code; `covariance` is the
 * matrix Σ and `noiseVariance` the number σ², so that no name is ever both.
 */
export const NOTATION = {
  dimension: { tex: "d", meaning: "number of covariates" },
  covariance: { tex: "\\Sigma", meaning: "covariance of the covariates x" },
  noiseVariance: { tex: "\\sigma^2", meaning: "variance of the label noise; the irreducible risk" },
  task: { tex: "\\theta", meaning: "task vector the prompt is drawn from" },
  targetTask: { tex: "\\theta_0", meaning: "task vector fine-tuning aims at" },
  taskCovariance: { tex: "\\Lambda", meaning: "second moment E θθᵀ of the pretraining tasks" },
  contextShare: { tex: "\\tfrac{n}{N}", meaning: "share of the labelled tokens among the N = n+1 tokens" },
  queryShare: { tex: "\\tfrac{1}{N}", meaning: "share of the query token among the N = n+1 tokens" },
  gamma: { tex: "\\Gamma", meaning: "covariate block of the key-query matrix M" },
  kappa: { tex: "\\kappa", meaning: "ridge that pretraining on m shots adds" },
  scoreScale: { tex: "c", meaning: "constant entry M₀₀ of the key-query matrix after full fine-tuning" },
  labelWeight: { tex: "w", meaning: "label slot of the value row" },
  keyShare: { tex: "\\rho", meaning: "part of a linear score that stands in the first column of M" },
  valueVector: { tex: "v_x", meaning: "covariate part of the value row" },
  mixedTask: { tex: "\\varphi", meaning: "what a labelled token contributes on average, v_x + wθ" },
  bias: { tex: "s", meaning: "mean prediction of the context minus the task" },
  firstTrace: { tex: "T_1", meaning: "tr(ΓΣ)" },
  secondTrace: { tex: "T_2", meaning: "tr(ΓΣΓΣ)" },
  normalMatrix: { tex: "B", meaning: "Hessian (halved) of the zero-shot risk in v_x" },
  normalVector: { tex: "a", meaning: "correlation of the zero-shot features with the target" },
  invariant: { tex: "g", meaning: "‖M‖²_F − ‖v‖² + w², conserved by gradient flow" },
  targetSquare: { tex: "|\\theta_0|^2", meaning: "squared Euclidean length of the target task" },
  valueRow: { tex: "v", meaning: "last row of the value matrix, length D = d+2" },
  keyQuery: { tex: "M", meaning: "merged key-query matrix, D × D" },
  tokenMoment: { tex: "S", meaning: "second moment E zzᵀ of a labelled token" },
  tokenCovariance: { tex: "C", meaning: "S without its constant entry" },
  queryMoment: { tex: "S_q", meaning: "second moment E z_q z_qᵀ of the query token" },
  readerMoment: { tex: "W", meaning: "second moment of u = M z_q, which scores the tokens" },
  constantSlot: { tex: "e_0", meaning: "unit vector of the constant slot" },
  covariateSlots: { tex: "P", meaning: "d × D matrix that picks the covariates of a token" },
  valueConstant: { tex: "v_0", meaning: "constant entry of the value row" },
  scoreConstant: { tex: "M_{00}", meaning: "constant part of the score of the query token for itself" },
  scoreVector: { tex: "m", meaning: "linear part of that score" },
  scoreMatrix: { tex: "A", meaning: "quadratic part of that score, symmetric" },
  scoreTrace: { tex: "t", meaning: "tr(AΣ)" },
  scoreSquareTrace: { tex: "t_2", meaning: "tr(AΣAΣ)" },
  contextMean: { tex: "h", meaning: "what a labelled token predicts on average, hᵀz_q" },
  evenMean: { tex: "\\mu", meaning: "mean of the even part of the prediction" },
  oddVector: { tex: "\\beta", meaning: "linear part of the mean prediction minus the label" },
  cubicVector: { tex: "\\gamma", meaning: "direction of the cubic part (xᵀAx)(γᵀx)" },
  squaredMean: { tex: "E p^2", meaning: "mean squared error of the average prediction, given the query" },
  valueSpread: { tex: "q", meaning: "variance of vᵀz over labelled tokens" },
  readerSpread: { tex: "r", meaning: "variance of uᵀz over labelled tokens, averaged over the query" },
  tokenVariance: { tex: "\\nu", meaning: "variance of one labelled token's contribution" },
  contextHessian: { tex: "C_n", meaning: "Hessian (halved) of the few-shot risk in φ" },
  mixedHessian: { tex: "E_n", meaning: "its coupling between context and query token" },
  valueHessian: { tex: "H_{vv}", meaning: "Hessian (halved) of the weighted loss in v_x" },
  valueSlope: { tex: "g_v", meaning: "its slope in v_x at zero (halved, sign changed)" },
  crossVector: { tex: "h", meaning: "coupling of v_x and w in the few-shot risk" },
  labelCurvature: { tex: "H_{ww}", meaning: "curvature (halved) of the few-shot risk in w" },
  labelSlope: { tex: "g_w", meaning: "slope of the few-shot risk in w at zero (halved, sign changed)" },
  bestLabelWeight: { tex: "w_*", meaning: "label weight that is best for a task" },
  auxiliaryWeight: { tex: "\\lambda", meaning: "weight of the auxiliary few-shot loss" },
  identity: { tex: "I", meaning: "identity matrix" },
} as const satisfies Record<string, Notation>;

export type SymbolName = keyof typeof NOTATION;

/** Functions a formula may call, beside those of mathjs, and how a call prints. */
export const FUNCTION_TEX: Readonly<Record<string, (args: readonly string[]) => string>> = {
  inner: ([a, b]) => `\\left\\langle ${a}, ${b} \\right\\rangle`,
  normSquared: ([a]) => `\\left\\lVert ${a} \\right\\rVert^2`,
  trace: ([a]) => `\\operatorname{tr}\\left(${a}\\right)`,
  transpose: ([a]) => `${a}^{\\top}`,
  outer: ([a, b]) => `${a} \\left(${b}\\right)^{\\top}`,
  inv: ([a]) => `${a}^{-1}`,
  sqrt: ([a]) => `\\sqrt{${a}}`,
};
