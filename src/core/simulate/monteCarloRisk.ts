import type { Vector } from "../algebra/matrix";
import type { AttentionParameters } from "../model/attentionParameters";
import { type OwnValueModel, ownValueParts } from "../model/ownValue";
import { scoreScale } from "../model/softmaxAttention";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";
import type { CovariateDistribution } from "../problem/covariateDistribution";
import { readWhole, requireMatrix, requireVector } from "../problem/readInput";
import type { RegressionProblem } from "../problem/regressionProblem";
import { readShots } from "../problem/shots";
import type { ExampleSource } from "./exampleSource";
import { ExampleSampler } from "./promptSampler";
import { RandomSource } from "./randomSource";

/** What can be simulated: one head of one layer, whose query token may be read by a value row of its own. */
export type SimulatedModel = AttentionParameters | OwnValueModel;

/** A Monte Carlo estimate of a risk, in squared label units. */
export interface RiskEstimate {
  readonly mean: number;
  /** Standard deviation of `mean` over repetitions, estimated from the sample. */
  readonly standardError: number;
  readonly prompts: number;
  readonly seed: number;
}

/** How a token's score becomes its weight: as it is, over N, or by the softmax of score/√D over all tokens. */
export type Attention = "linear" | "softmax";

/** How many prompts are drawn, and from which stream of random numbers. */
export interface PromptSampling {
  /** At least 2. */
  readonly prompts: number;
  readonly seed: number;
  /** 0 unless told; estimates with different streams are independent. */
  readonly stream?: number;
  /** Gaussian unless told. */
  readonly covariates?: CovariateDistribution;
  /** Linear unless told. */
  readonly attention?: Attention;
}

/**
 * E (f − y)² estimated on `prompts` fresh prompts of n shots, every token drawn. Knows nothing of the theory: only the
 * definition of the model and of the problem. The same seed gives the same bytes; estimates with different `stream`
 * numbers are independent.
 * @throws InputError when `prompts` is below 2, `seed` or `shots` is not a whole number, or a length does not fit.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const parameters = pretrainedParameters(FLOAT, problem, pretraining);
 * const { mean, standardError } = monteCarloRisk(problem, [1, 0], 20, parameters, { prompts: 10_000, seed: 1 });
 * const exact = exactRisk(FLOAT, problem, [1, 0], 20, parameters);
 * console.log(Math.abs(mean - exact) < 4 * standardError); // true
 */
export function monteCarloRisk(
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  parameters: SimulatedModel,
  sampling: PromptSampling,
): RiskEstimate {
  const source = sourceOf(problem, task, sampling);
  const { prompts, attention } = sampling;
  return { ...measureRisks(source, shots, [parameters], prompts, attention)[0]!, ...identify(sampling) };
}

/**
 * By how much the risk of `changed` is above that of `original`, estimated on the same prompts for both: what the prompts
 * have in common cancels, so that a small change needs far fewer of them than two separate estimates.
 * @throws InputError as {@link monteCarloRisk} does.
 */
export function monteCarloChange(
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  models: { readonly original: SimulatedModel; readonly changed: SimulatedModel },
  sampling: PromptSampling,
): RiskEstimate {
  const source = sourceOf(problem, task, sampling);
  const pair = [models.original, models.changed];
  const { prompts, attention = "linear" } = sampling;
  const counts = { prompts, losses: 1 };
  const change = averageOverPrompts(source, shots, pair, attention, counts, ([before, after], out) => {
    out[0] = after! * after! - before! * before!;
  });
  return { ...change[0]!, ...identify(sampling) };
}

/** A mean over sampled prompts. */
export interface MeasuredRisk {
  readonly mean: number;
  /** Standard deviation of `mean` over repetitions, estimated from the sample. */
  readonly standardError: number;
}

/**
 * E (f − y)² of several models on the same prompts of n shots, drawn from any source of examples.
 * @throws InputError when `prompts` is below 2, `shots` is not a whole number, or a length does not fit.
 */
export function measureRisks(
  source: ExampleSource,
  shots: number,
  models: readonly SimulatedModel[],
  prompts: number,
  attention: Attention = "linear",
): readonly MeasuredRisk[] {
  const counts = { prompts, losses: models.length };
  return averageOverPrompts(source, shots, models, attention, counts, squares);
}

/** Examples of a task. @throws InputError naming what is no seed, stream, length or distribution. */
export function sourceOf(
  problem: RegressionProblem,
  task: Vector,
  { seed, stream = 0, covariates }: Omit<PromptSampling, "prompts">,
): ExampleSource {
  readWhole(seed, "seed", 0);
  readWhole(stream, "stream", 0);
  return new ExampleSampler(problem, task, new RandomSource(seed, stream), covariates);
}

const identify = ({ prompts, seed }: PromptSampling) => ({ prompts, seed });

/** An estimate that grows: after any steps it is, to the last bit, what {@link monteCarloRisk} gives for as many prompts. */
export interface GrowingRisk {
  /** Draws so many more prompts. */
  readonly draw: (prompts: number) => void;
  readonly prompts: () => number;
  /** @throws InputError before two prompts are drawn. */
  readonly estimate: () => MeasuredRisk;
}

/** {@link monteCarloRisk}, a few prompts at a time. @throws InputError as it does. */
export function growingRisk(
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  parameters: SimulatedModel,
  sampling: Omit<PromptSampling, "prompts">,
): GrowingRisk {
  const source = sourceOf(problem, task, sampling);
  const average = new PromptAverage(source, shots, [parameters], sampling.attention ?? "linear", 1, squares);
  return {
    draw: (prompts) => average.draw(prompts),
    prompts: () => average.prompts,
    estimate: () => average.means()[0]!,
  };
}

/** Writes functions of the models' errors f − y on a prompt, whose query has these covariates. */
type LossesOf = (errors: Float64Array, out: Float64Array, query: Float64Array) => void;

const squares: LossesOf = (errors, out) => {
  for (let k = 0; k < errors.length; k += 1) out[k] = errors[k]! * errors[k]!;
};

/** The means over fresh prompts of `losses` functions of the models' errors f − y on a prompt, written by `lossesOf`. */
export function averageOverPrompts(
  source: ExampleSource,
  shots: number,
  models: readonly SimulatedModel[],
  attention: Attention,
  { prompts, losses }: { readonly prompts: number; readonly losses: number },
  lossesOf: LossesOf,
): readonly MeasuredRisk[] {
  readWhole(prompts, "prompts", 2);
  const average = new PromptAverage(source, shots, models, attention, losses, lossesOf);
  average.draw(prompts);
  return average.means();
}

/** Welford's running mean and sum of squared deviations: stable for heavy-tailed errors and millions of prompts. */
class PromptAverage {
  prompts = 0;
  private readonly predictors: readonly QueryPredictor[];
  private readonly errors: Float64Array;
  private readonly query: Float64Array;
  private readonly losses: Float64Array;
  private readonly mean: Float64Array;
  private readonly deviations: Float64Array;

  constructor(
    private readonly source: ExampleSource,
    private readonly shots: number,
    models: readonly SimulatedModel[],
    attention: Attention,
    count: number,
    private readonly lossesOf: LossesOf,
  ) {
    readShots(shots, "shots");
    for (const { parameters, ownValue } of models.map(ownValueParts)) {
      requireVector(parameters.value, "value", tokenLength(source.dimension));
      requireMatrix(parameters.keyQuery, "keyQuery", tokenLength(source.dimension));
      requireVector(ownValue, "ownValue", tokenLength(source.dimension));
    }
    this.predictors = models.map((model) => new QueryPredictor(model, source.dimension, attention));
    this.errors = new Float64Array(models.length);
    this.query = new Float64Array(source.dimension);
    this.losses = new Float64Array(count);
    this.mean = new Float64Array(count);
    this.deviations = new Float64Array(count);
  }

  draw(more: number): void {
    readWhole(more, "prompts", 0);
    const { source, shots, predictors, errors, query, losses, mean, deviations } = this;
    const end = this.prompts + more;
    for (let prompt = this.prompts + 1; prompt <= end; prompt += 1) {
      source.startPrompt?.();
      // The query is drawn first because it decides how every token is scored.
      const queryLabel = source.next();
      query.set(source.covariates);
      for (const predictor of predictors) predictor.begin(query);
      for (let token = 0; token < shots; token += 1) {
        const label = source.next();
        for (const predictor of predictors) predictor.add(source.covariates, label);
      }
      for (let k = 0; k < errors.length; k += 1) errors[k] = predictors[k]!.predict() - queryLabel;
      this.lossesOf(errors, losses, query);
      for (let k = 0; k < losses.length; k += 1) {
        const loss = losses[k]!;
        const step = loss - mean[k]!;
        mean[k]! += step / prompt;
        deviations[k]! += step * (loss - mean[k]!);
      }
    }
    this.prompts = end;
  }

  means(): readonly MeasuredRisk[] {
    readWhole(this.prompts, "prompts", 2);
    return Array.from(this.mean, (value, k) => ({
      mean: value,
      standardError: Math.sqrt(this.deviations[k]! / (this.prompts - 1) / this.prompts),
    }));
  }
}

/** The prediction f of one prompt, its tokens fed one by one; no token is stored. */
class QueryPredictor {
  private readonly value: Float64Array;
  /** Of the query token itself. */
  private readonly queryValue: Float64Array;
  private readonly keyQuery: Float64Array;
  private readonly scorer: Float64Array;
  private readonly softmax: boolean;
  private readonly label: number;
  private readonly scale: number;
  private sum = 0;
  /** Of the weights: N, or Σ exp(score − highest). */
  private total = 0;
  private highest = Number.NEGATIVE_INFINITY;

  constructor(
    model: SimulatedModel,
    private readonly dimension: number,
    attention: Attention,
  ) {
    const { parameters, ownValue } = ownValueParts(model);
    this.softmax = attention === "softmax";
    this.label = labelSlot(dimension);
    this.scale = this.softmax ? scoreScale(tokenLength(dimension)) : 1;
    this.value = Float64Array.from(parameters.value);
    this.queryValue = this.value.map((entry, i) => entry + ownValue[i]!);
    this.keyQuery = Float64Array.from(parameters.keyQuery.flat());
    this.scorer = new Float64Array(tokenLength(dimension));
  }

  /** Starts a prompt: fixes u = M z_q (softmax: over √D), which scores the tokens, and counts the query token (label slot 0) itself. */
  begin(query: Float64Array): void {
    const { scorer, keyQuery, scale, dimension: d } = this;
    const D = scorer.length;
    for (let i = 0; i < D; i += 1) {
      let sum = keyQuery[i * D + CONSTANT_SLOT]!;
      for (let k = 0; k < d; k += 1) sum += keyQuery[i * D + FIRST_COVARIATE_SLOT + k]! * query[k]!;
      scorer[i] = scale * sum;
    }
    this.sum = 0;
    this.total = 0;
    this.highest = Number.NEGATIVE_INFINITY;
    this.add(query, 0, this.queryValue);
  }

  /** Adds vᵀz_j with the weight that the score z_jᵀu gives it, for the token z_j = (1, x, y). */
  add(covariates: Float64Array, label: number, value = this.value): void {
    const { scorer, dimension: d, label: y } = this;
    let score = scorer[CONSTANT_SLOT]! + scorer[y]! * label;
    let content = value[CONSTANT_SLOT]! + value[y]! * label;
    for (let k = 0; k < d; k += 1) {
      const x = covariates[k]!;
      score += scorer[FIRST_COVARIATE_SLOT + k]! * x;
      content += value[FIRST_COVARIATE_SLOT + k]! * x;
    }
    if (this.softmax) this.addExponential(score, content);
    else {
      this.sum += score * content;
      this.total += 1;
    }
  }

  /** All weights are kept relative to the highest score so far, so that none overflows. */
  private addExponential(score: number, content: number): void {
    if (score > this.highest) {
      const shrink = Math.exp(this.highest - score);
      this.sum *= shrink;
      this.total *= shrink;
      this.highest = score;
    }
    const weight = Math.exp(score - this.highest);
    this.sum += weight * content;
    this.total += weight;
  }

  predict(): number {
    return this.sum / this.total;
  }
}
