import { InputError, requireVector } from "@finetune-icl/base";

/**
 * A sequence of problems in which the dimension d grows and the numbers of examples grow with it: Σ with a spectrum that
 * settles, tasks with E θθᵀ = I/d.
 */
export interface ProportionalSetting {
  /** Eigenvalues of Σ, positive; averages over them stand for averages over the limiting spectrum. [1] is Σ = I. */
  readonly spectrum: readonly number[];
  /** σ² ≥ 0, in squared label units. */
  readonly noiseVariance: number;
  /** μ = m/d, pretraining shots per dimension, positive; Infinity allowed. */
  readonly pretrainingRatio: number;
}

/** Risks in the limit, in squared label units, the mean over fresh tasks: none of them depends on the target task. */
export interface ProportionalRisks {
  /** After pretraining. */
  readonly pretrained: number;
  /** After value-only fine-tuning on zero-shot prompts: the same number, reached with an error of order 1/d². */
  readonly valueOnly: number;
  /** After full fine-tuning on zero-shot prompts, by gradient flow from the pretrained point. */
  readonly full: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** @throws InputError naming the field of the setting that holds what is not allowed. */
function checkSetting({ spectrum, noiseVariance, pretrainingRatio }: ProportionalSetting): void {
  if (spectrum.length === 0) throw new InputError("spectrum", spectrum, "one or more positive numbers");
  requireVector(spectrum, "spectrum", spectrum.length);
  const bad = spectrum.findIndex((eigenvalue) => eigenvalue <= 0);
  if (bad >= 0) throw new InputError(`spectrum[${bad}]`, spectrum[bad], "a positive number");
  if (!(Number.isFinite(noiseVariance) && noiseVariance >= 0))
    throw new InputError("noiseVariance", noiseVariance, "a finite number, 0 or more");
  if (!(pretrainingRatio > 0))
    throw new InputError("pretrainingRatio", pretrainingRatio, "a positive number, or Infinity");
}

function checkRatio(ratio: number): void {
  if (!(ratio > 0)) throw new InputError("ratio", ratio, "a positive number, or Infinity");
}

/**
 * r = (tr Σ/d + σ²)/μ: the ridge that pretraining on m = μd shots leaves beside every eigenvalue of Σ. It is the limit of κd with
 * κ of the pretraining optimum (docs/theory.md, "Many dimensions").
 * @throws InputError for a setting that is none
 */
export function proportionalRidge(setting: ProportionalSetting): number {
  checkSetting(setting);
  return (mean(setting.spectrum) + setting.noiseVariance) / setting.pretrainingRatio;
}

/**
 * The risks at n = αd examples for d → ∞. With τ = tr Σ/d, the eigenvalues λ of Σ and r of {@link proportionalRidge}:
 * pretrained σ² + ⟨λ r²/(λ+r)²⟩ + (τ+σ²)⟨λ²/(λ+r)²⟩/α, and full σ² + τ + (τ+σ²)⟨1/(λ+r)²⟩/α. Derived in docs/theory.md, "Many dimensions".
 *
 * @param ratio α = n/d, positive; Infinity allowed
 * @throws InputError for a setting or a ratio that is none
 * @example
 * const { pretrained, full } = proportionalRisks({ spectrum: [1], noiseVariance: 0, pretrainingRatio: Infinity }, 2);
 * console.log(pretrained, full); // 0.5 1.5
 */
export function proportionalRisks(setting: ProportionalSetting, ratio: number): ProportionalRisks {
  const ridge = proportionalRidge(setting);
  checkRatio(ratio);
  const { spectrum, noiseVariance } = setting;
  const labelVariance = mean(spectrum) + noiseVariance;
  const pretrained =
    noiseVariance +
    mean(spectrum.map((x) => x * (ridge / (x + ridge)) ** 2)) +
    (labelVariance / ratio) * mean(spectrum.map((x) => (x / (x + ridge)) ** 2));
  const full = labelVariance + (labelVariance / ratio) * mean(spectrum.map((x) => 1 / (x + ridge) ** 2));
  return { pretrained, valueOnly: pretrained, full };
}

/**
 * For Σ = I, what value-only fine-tuning changes to leading order in 1/d, at n = αd: on the target task,
 * (R_value − R_pretrained) d → 2[(γ−1)(1+1/α) + γ/α], and on a task orthogonal to it, (R_value − R_pretrained) d² → 1 + 3/α + 1/α². Here
 * γ = 1/(1+r) and |θ| = |θ0| = 1. Derived in docs/theory.md, "Many dimensions".
 * @throws InputError for a setting or a ratio that is none
 */
export function valueOnlyCorrection(
  setting: Omit<ProportionalSetting, "spectrum">,
  ratio: number,
): { readonly onTarget: number; readonly onOrthogonal: number } {
  const gamma = 1 / (1 + proportionalRidge({ ...setting, spectrum: [1] }));
  checkRatio(ratio);
  return {
    onTarget: 2 * ((gamma - 1) * (1 + 1 / ratio) + gamma / ratio),
    onOrthogonal: 1 + 3 / ratio + 1 / ratio ** 2,
  };
}

/**
 * How slowly full fine-tuning reaches its limit on the target itself: (R_full(θ₀) − limit) √d → 2τ√⟨1/(λ+r)²⟩/α, for a target of the
 * mean length ‖θ₀‖² = τ. It is the cross term of ‖θ₀ + cwθ‖² with c of order √d. On a task orthogonal to the target it is missing, in the mean over
 * fresh tasks it cancels, and what is left is of order 1/d. Derived in docs/theory.md, "Many dimensions".
 * @throws InputError for a setting or a ratio that is none
 */
export function fullCorrection(setting: ProportionalSetting, ratio: number): number {
  const ridge = proportionalRidge(setting);
  checkRatio(ratio);
  const { spectrum } = setting;
  return (2 * mean(spectrum) * Math.sqrt(mean(spectrum.map((x) => 1 / (x + ridge) ** 2)))) / ratio;
}

/**
 * The least risk of any predictor at n = αd examples for Σ = I and Gaussian tasks, d → ∞: ridge regression with its best
 * penalty, σ² + [−(1−y+z) + √((1−y+z)² + 4yz)]/(2y) with y = 1/α and z = σ²/α, from the law of Marchenko and Pastur (Dicker, *Ridge regression
 * and asymptotic minimax estimation over spheres of growing dimension*, Bernoulli 22, 2016).
 * @throws InputError for a noise variance or a ratio that is none
 */
export function proportionalBayesRisk(noiseVariance: number, ratio: number): number {
  checkSetting({ spectrum: [1], noiseVariance, pretrainingRatio: Number.POSITIVE_INFINITY });
  checkRatio(ratio);
  if (ratio === Number.POSITIVE_INFINITY) return noiseVariance;
  const y = 1 / ratio;
  const z = noiseVariance / ratio;
  const linear = 1 - y + z;
  const root = Math.sqrt(linear * linear + 4 * y * z);
  // The two forms of a root of a quadratic: whichever adds numbers of one sign.
  return noiseVariance + (linear > 0 ? (2 * z) / (linear + root) : (root - linear) / (2 * y));
}
