/** What a symbol is: a number, or an array of these lengths; D = d + 2 is the length of a token. */
export type SymbolShape = "number" | "d" | "D" | "d × d" | "D × D" | "d × D";

/** One symbol of the formulas: how it prints, what it stands for and its shape. */
export interface Notation {
  readonly tex: string;
  readonly meaning: string;
  readonly shape: SymbolShape;
}

/**
 * The symbols shared by every formula and every notebook. Greek letters get their words in code; `covariance` is the
 * matrix Σ and `noiseVariance` the number σ², so that no name is ever both. A letter that names two things (m, h) never does
 * in one formula.
 */
export const NOTATION = {
  dimension: { tex: "d", meaning: "number of covariates", shape: "number" },
  covariance: { tex: "\\Sigma", meaning: "covariance of the covariates x", shape: "d × d" },
  noiseVariance: {
    tex: "\\sigma^2",
    meaning: "variance of the label noise; the irreducible risk",
    shape: "number",
  },
  task: { tex: "\\theta", meaning: "task vector the prompt is drawn from", shape: "d" },
  targetTask: { tex: "\\theta_0", meaning: "task vector fine-tuning aims at", shape: "d" },
  taskCovariance: {
    tex: "\\Lambda",
    meaning: "second moment E θθᵀ of the pretraining tasks",
    shape: "d × d",
  },
  contextShare: {
    tex: "\\tfrac{n}{N}",
    meaning: "share of the labelled tokens among the N = n+1 tokens",
    shape: "number",
  },
  queryShare: {
    tex: "\\tfrac{1}{N}",
    meaning: "share of the query token among the N = n+1 tokens",
    shape: "number",
  },
  gamma: { tex: "\\Gamma", meaning: "covariate block of the key-query matrix M", shape: "d × d" },
  kappa: { tex: "\\kappa", meaning: "ridge that pretraining on m shots adds", shape: "number" },
  scoreScale: {
    tex: "c",
    meaning: "constant entry M₀₀ of the key-query matrix after full fine-tuning",
    shape: "number",
  },
  labelWeight: { tex: "w", meaning: "label slot of the value row", shape: "number" },
  keyShare: {
    tex: "\\rho",
    meaning: "part of a linear score that stands in the first column of M",
    shape: "number",
  },
  valueVector: { tex: "v_x", meaning: "covariate part of the value row", shape: "d" },
  mixedTask: {
    tex: "\\varphi",
    meaning: "what a labelled token contributes on average, v_x + wθ",
    shape: "d",
  },
  bias: { tex: "s", meaning: "mean prediction of the context minus the task", shape: "d" },
  firstTrace: { tex: "T_1", meaning: "tr(ΓΣ)", shape: "number" },
  secondTrace: { tex: "T_2", meaning: "tr(ΓΣΓΣ)", shape: "number" },
  normalMatrix: { tex: "B", meaning: "Hessian (halved) of the zero-shot risk in v_x", shape: "d × d" },
  normalVector: { tex: "a", meaning: "correlation of the zero-shot features with the target", shape: "d" },
  invariant: { tex: "g", meaning: "‖M‖²_F − ‖v‖² + w², conserved by gradient flow", shape: "number" },
  targetSquare: {
    tex: "|\\theta_0|^2",
    meaning: "squared Euclidean length of the target task",
    shape: "number",
  },
  valueRow: { tex: "v", meaning: "last row of the value matrix", shape: "D" },
  keyQuery: { tex: "M", meaning: "merged key-query matrix", shape: "D × D" },
  tokenMoment: { tex: "S", meaning: "second moment E zzᵀ of a labelled token", shape: "D × D" },
  tokenCovariance: { tex: "C", meaning: "S without its constant entry", shape: "D × D" },
  queryMoment: { tex: "S_q", meaning: "second moment E z_q z_qᵀ of the query token", shape: "D × D" },
  readerMoment: { tex: "W", meaning: "second moment of u = M z_q, which scores the tokens", shape: "D × D" },
  constantSlot: { tex: "e_0", meaning: "unit vector of the constant slot", shape: "D" },
  covariateSlots: { tex: "P", meaning: "d × D matrix that picks the covariates of a token", shape: "d × D" },
  valueConstant: { tex: "v_0", meaning: "constant entry of the value row", shape: "number" },
  scoreConstant: {
    tex: "M_{00}",
    meaning: "constant part of the score of the query token for itself",
    shape: "number",
  },
  scoreVector: {
    tex: "\\xi",
    meaning: "linear part of the score of the query token for itself",
    shape: "d",
  },
  scoreMatrix: {
    tex: "A",
    meaning: "quadratic part of the score of the query token for itself, symmetric",
    shape: "d × d",
  },
  scoreTrace: { tex: "t", meaning: "tr(AΣ)", shape: "number" },
  scoreSquareTrace: { tex: "t_2", meaning: "tr(AΣAΣ)", shape: "number" },
  contextMean: { tex: "h", meaning: "what a labelled token predicts on average, hᵀz_q", shape: "D" },
  evenMean: { tex: "\\mu", meaning: "mean of the even part of the prediction", shape: "number" },
  oddVector: { tex: "\\beta", meaning: "linear part of the mean prediction minus the label", shape: "d" },
  cubicVector: { tex: "\\zeta", meaning: "direction of the cubic part (xᵀAx)(ζᵀx)", shape: "d" },
  squaredMean: {
    tex: "E p^2",
    meaning: "mean squared error of the average prediction, given the query",
    shape: "number",
  },
  valueSpread: { tex: "q", meaning: "variance of vᵀz over labelled tokens", shape: "number" },
  readerSpread: {
    tex: "r",
    meaning: "variance of uᵀz over labelled tokens, averaged over the query",
    shape: "number",
  },
  tokenVariance: { tex: "\\nu", meaning: "variance of one labelled token's contribution", shape: "number" },
  contextHessian: { tex: "C_n", meaning: "Hessian (halved) of the few-shot risk in φ", shape: "d × d" },
  mixedHessian: { tex: "E_n", meaning: "its coupling between context and query token", shape: "d × d" },
  valueHessian: { tex: "H_{vv}", meaning: "Hessian (halved) of the weighted loss in v_x", shape: "d × d" },
  valueSlope: { tex: "g_v", meaning: "its slope in v_x at zero (halved, sign changed)", shape: "d" },
  crossVector: { tex: "h", meaning: "coupling of v_x and w in the few-shot risk", shape: "d" },
  labelCurvature: { tex: "H_{ww}", meaning: "curvature (halved) of the few-shot risk in w", shape: "number" },
  labelSlope: {
    tex: "g_w",
    meaning: "slope of the few-shot risk in w at zero (halved, sign changed)",
    shape: "number",
  },
  bestLabelWeight: { tex: "w_*", meaning: "label weight that is best for a task", shape: "number" },
  auxiliaryWeight: { tex: "\\lambda", meaning: "weight of the auxiliary few-shot loss", shape: "number" },
  mixedMatrix: { tex: "A_1", meaning: "mean of xᵀΓx · xxᵀ over the covariates", shape: "d × d" },
  scoredMatrix: { tex: "B_c", meaning: "B with the constant score c beside Γ", shape: "d × d" },
  scoredVector: { tex: "a_c", meaning: "a with the constant score c beside Γ", shape: "d" },
  blockScale: { tex: "\\gamma", meaning: "Γ = γI, where pretraining was isotropic", shape: "number" },
  shotRidge: {
    tex: "\\kappa_n",
    meaning: "ridge that pretraining on n shots would have added",
    shape: "number",
  },
  zeroShotGain: { tex: "g", meaning: "zero-shot risk gained on the target so far", shape: "number" },
  intrusion: {
    tex: "a(n)",
    meaning: "intrusion: coefficient of θ₀ᵀx in the prediction after n examples of another task",
    shape: "number",
  },
  answerGain: {
    tex: "b(n)",
    meaning: "gain: coefficient of θᵀx in the prediction after n examples of θ",
    shape: "number",
  },
  shots: { tex: "n", meaning: "number of examples (labelled tokens) in a prompt", shape: "number" },
  tokenCount: { tex: "N", meaning: "number of tokens, n + 1: the query token counts", shape: "number" },
  pretrainingShots: { tex: "m", meaning: "number of examples in a pretraining prompt", shape: "number" },
  tokenLength: { tex: "D", meaning: "length of a token, d + 2", shape: "number" },
  covariates: { tex: "x", meaning: "covariates of an example, drawn from N(0, Σ)", shape: "d" },
  label: { tex: "y", meaning: "label θᵀx + ε of an example, ε drawn from N(0, σ²)", shape: "number" },
  token: { tex: "z", meaning: "token (1, x, y): constant, covariates, label", shape: "D" },
  queryToken: { tex: "z_q", meaning: "query token (1, x_q, 0): its label slot is empty", shape: "D" },
  prediction: { tex: "f", meaning: "predicted label of the query", shape: "number" },
  risk: {
    tex: "R(n, \\theta)",
    meaning: "mean of (f − y_q)² at n shots on the task θ; σ² included",
    shape: "number",
  },
  valueMatrix: { tex: "V", meaning: "value matrix: what a token writes when it is read", shape: "D × D" },
  keyMatrix: { tex: "K", meaning: "key matrix, M = KᵀQ", shape: "D × D" },
  queryMatrix: { tex: "Q", meaning: "query matrix, M = KᵀQ", shape: "D × D" },
  fourthRadial: {
    tex: "\\tau_4",
    meaning: "mean of (eᵀe) eᵢ² over white covariates e, x = Le, Σ = LLᵀ: d + 2 if Gaussian",
    shape: "number",
  },
  sixthRadial: {
    tex: "\\tau_6",
    meaning: "mean of (eᵀe)² eᵢ²: (d + 2)(d + 4) if Gaussian",
    shape: "number",
  },
  keptDirections: {
    tex: "k",
    meaning: "directions of the block that a low-rank update leaves, d − r",
    shape: "number",
  },
  leftInErased: { tex: "\\varepsilon", meaning: "what is left of Γ in an erased direction", shape: "number" },
  offset: { tex: "M_{x0}", meaning: "covariates' part of the constant column of M", shape: "d" },
  valleyRidge: {
    tex: "\\mu",
    meaning: "weight of the few-shot loss along the valley without noise",
    shape: "number",
  },
  tilt: { tex: "A", meaning: "M_xx/√D: scores of a softmax layer are xᵀA x_q", shape: "d × d" },
  tiltedAnswer: { tex: "b", meaning: "what endless examples answer, bᵀx_q", shape: "d" },
  tiltSquare: { tex: "H", meaning: "AᵀΣA: a score has the variance x_qᵀH x_q", shape: "d × d" },
  contextTilt: { tex: "P", meaning: "covariance of queries weighted by e^{xᵀHx}", shape: "d × d" },
  selfTilt: {
    tex: "Q",
    meaning: "covariance of queries weighted by their own token's weight",
    shape: "d × d",
  },
  identity: { tex: "I", meaning: "identity matrix", shape: "d × d" },
} as const satisfies Record<string, Notation>;

/** A symbol that has a notation. */
export type SymbolName = keyof typeof NOTATION;

/** Functions a formula may call, beside those of mathjs, and how a call prints. */
export const FUNCTION_TEX: Readonly<Record<string, (args: readonly string[]) => string>> = {
  inner: ([a, b]) => `\\left\\langle ${a}, ${b} \\right\\rangle`,
  normSquared: ([a]) => `\\left\\lVert ${a} \\right\\rVert^2`,
  trace: ([a]) => `\\operatorname{tr}\\left(${a}\\right)`,
  transpose: ([a]) => `${a}^{\\top}`,
  outer: ([a, b]) => `${a} \\left(${b}\\right)^{\\top}`,
  det: ([a]) => `\\det ${a}`,
  inv: ([a]) => `${a}^{-1}`,
  sqrt: ([a]) => `\\sqrt{${a}}`,
};
