import { FLOAT, type Vector } from "@finetune-icl/core/algebra";
import { FastRisk, linearResponse, pack } from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { type Prediction, predictor } from "@finetune-icl/core/predict";
import {
  isotropicSetting,
  type Regime,
  type RegimeKind,
  type Setting,
  type ShotCount,
} from "@finetune-icl/core/problem";
import { REGIME_STYLE } from "@finetune-icl/figures/regimes";
import type { ChoiceControl, RangeControl, ShotsControl } from "./controls";

/** The regimes whose parameters have a closed form: fast enough to follow a hand. */
export type DrawnRegime = Exclude<RegimeKind, "auxiliary-full">;

// A record, so that the compiler misses a regime that is not named here.
const DRAWN: Readonly<Record<DrawnRegime, true>> = {
  pretrained: true,
  "zero-shot-full": true,
  "zero-shot-value": true,
  "zero-shot-key-query": true,
  "auxiliary-value": true,
};
export const DRAWN_REGIMES = Object.keys(DRAWN) as readonly DrawnRegime[];

export const dimensionControl = (max: number): RangeControl => ({
  kind: "range",
  label: "dimension d",
  hint: "number of covariates",
  min: 2,
  max,
  step: 1,
  initial: 5,
});

export const NOISE: RangeControl = {
  kind: "range",
  label: "noise σ²",
  hint: "variance of the labels' noise",
  min: 0,
  max: 2,
  step: 0.05,
  initial: 0.1,
};

export const PRETRAINING_SHOTS: ShotsControl = {
  kind: "shots",
  label: "pretraining shots m",
  hint: "examples in a pretraining prompt",
  values: [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 500, "infinity"],
  initial: 20,
};

export const ANGLE: RangeControl = {
  kind: "range",
  label: "angle to the target",
  hint: "between the tested task and the target of fine-tuning",
  min: 0,
  max: 180,
  step: 5,
  initial: 0,
  unit: "°",
};

export const SEED: RangeControl = {
  kind: "range",
  label: "seed",
  hint: "another seed, other random prompts",
  min: 1,
  max: 100,
  step: 1,
  initial: 1,
};

export const REGIME: ChoiceControl<DrawnRegime> = {
  kind: "choice",
  label: "fine-tuned",
  hint: "what was done to the pretrained model",
  options: DRAWN_REGIMES.map((value) => ({ value, label: REGIME_STYLE[value].label })),
  initial: "zero-shot-value",
};

/** The setting of the released experiment: Σ = I, pretraining tasks on the unit sphere. */
export function settingOf(state: {
  readonly dimension: number;
  readonly noiseVariance: number;
  readonly pretrainingShots: ShotCount;
}): Setting {
  return isotropicSetting(state);
}

/** θ₀, the first unit vector of R^d. */
export function targetTask(dimension: number): Vector {
  return taskAt(dimension, 0);
}

/** The unit task at an angle in degrees to θ₀; d ≥ 2. Exact at multiples of 90 degrees. */
export function taskAt(dimension: number, degrees: number): Vector {
  const cosine = (angle: number) => (angle % 180 === 90 ? 0 : Math.cos((angle * Math.PI) / 180));
  const sine = degrees % 180 === 0 ? 0 : Math.sin((degrees * Math.PI) / 180);
  return Array.from({ length: dimension }, (_, i) => (i === 0 ? cosine(degrees) : i === 1 ? sine : 0));
}

/** The regime of a kind, aimed at θ₀; the auxiliary weight is annealed. */
export function regimeOf(kind: DrawnRegime, dimension: number, auxiliaryShots: ShotCount): Regime {
  const target = targetTask(dimension);
  switch (kind) {
    case "pretrained":
      return { kind };
    case "auxiliary-value":
      return { kind, targetTask: target, auxiliaryShots, auxiliaryWeight: "annealed" };
    default:
      return { kind, targetTask: target };
  }
}

/** Of each regime the last parameters are kept: most controls do not move them. */
const last = new Map<RegimeKind, { readonly key: string; readonly parameters: AttentionParameters }>();

/** The last pretraining is kept: it is the same for all regimes. */
let lastPretraining: { readonly key: string; readonly of: (regime: Regime) => Prediction } | undefined;

/** The parameters that theory predicts for a regime. */
export function parametersOf(
  { problem, pretraining }: Setting,
  kind: DrawnRegime,
  auxiliaryShots: ShotCount,
): AttentionParameters {
  const { dimension, noiseVariance } = problem;
  const start = JSON.stringify([dimension, noiseVariance, pretraining.shots]);
  const key = `${start} ${kind === "auxiliary-value" ? auxiliaryShots : ""}`;
  const known = last.get(kind);
  if (known?.key === key) return known.parameters;
  if (lastPretraining?.key !== start) lastPretraining = { key: start, of: predictor(problem, pretraining) };
  const { parameters } = lastPretraining.of(regimeOf(kind, dimension, auxiliaryShots));
  last.set(kind, { key, parameters });
  return parameters;
}

/**
 * R(n, θ) of some parameters by the exact risk: the same number as the closed forms, a thousand times faster. What was asked is kept, since
 * curves, words and numbers ask for the same.
 */
export function riskOf(
  { problem }: Setting,
  parameters: AttentionParameters,
): (task: Vector, shots: ShotCount) => number {
  const engine = new FastRisk(problem);
  const packed = pack(parameters);
  const known = new WeakMap<Vector, Map<ShotCount, number>>();
  return (task, shots) => {
    let ofTask = known.get(task);
    if (ofTask === undefined) {
      ofTask = new Map();
      known.set(task, ofTask);
    }
    let risk = ofTask.get(shots);
    if (risk === undefined) {
      risk = engine.risk(Float64Array.from(task), shots, packed);
      ofTask.set(shots, risk);
    }
    return risk;
  };
}

/**
 * b(∞), the gain from endless examples: the weight that their task has in the answer. 1 is the right answer, 0 a model that learns nothing
 * from examples. For Σ = I, where the linear response is an affine function of the task with a multiple of the identity, whatever was
 * fine-tuned here.
 */
export function gainOf({ problem }: Setting, parameters: AttentionParameters, task: Vector): number {
  const response = (of: Vector) => linearResponse(FLOAT, problem, of, "infinity", parameters);
  const without = response(task.map(() => 0));
  const along = response(task).reduce((sum, x, i) => sum + (x - without[i]!) * task[i]!, 0);
  return along / task.reduce((sum, x) => sum + x ** 2, 0);
}

/**
 * A risk at every number of examples from its values at 0, 1 and ∞: with N = n + 1 tokens the mean error is linear in 1/N and its variance
 * n/N² times a constant, so that the risk is quadratic in 1/N, whatever the parameters.
 */
export function alongShots(risk: (shots: ShotCount) => number): (shots: number) => number {
  const [at1, atHalf, at0] = [risk(0), risk(1), risk("infinity")];
  const square = 2 * (at1 + at0 - 2 * atHalf);
  const slope = at1 - at0 - square;
  return (shots) => at0 + (slope + square / (shots + 1)) / (shots + 1);
}

/** The setting as `finetune-icl predict` takes it. */
export function problemInput({ problem, pretraining }: Setting): Readonly<Record<string, unknown>> {
  return {
    covariance: problem.covariance,
    noiseVariance: problem.noiseVariance,
    taskCovariance: pretraining.taskCovariance,
    pretrainingShots: pretraining.shots,
  };
}

/** A regime as the command line takes it, which names the kind `regime`. */
export function regimeInput(
  kind: DrawnRegime,
  dimension: number,
  auxiliaryShots: ShotCount,
): Readonly<Record<string, unknown>> {
  const { kind: regime, ...rest } = regimeOf(kind, dimension, auxiliaryShots);
  return { regime, ...rest };
}
