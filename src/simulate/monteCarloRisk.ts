import type { Vector } from "../algebra/matrix";
import type { AttentionParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";
import { readWhole, requireLength } from "../problem/readInput";
import type { RegressionProblem } from "../problem/regressionProblem";
import { readShots } from "../problem/shots";
import { ExampleSampler } from "./promptSampler";
import { RandomSource } from "./randomSource";

/** A Monte Carlo estimate of a risk, in squared label units. */
export interface RiskEstimate {
  readonly mean: number;
  /** Standard deviation of `mean` over repetitions, estimated from the sample. */
  readonly standardError: number;
  readonly prompts: number;
  readonly seed: number;
}

/** How many prompts are drawn, and from which stream of random numbers. */
export interface PromptSampling {
  /** At least 2. */
  readonly prompts: number;
  readonly seed: number;
  /** 0 unless told; estimates with different streams are independent. */
  readonly stream?: number;
}

/**
 * E (f − y)² estimated on `prompts` fresh prompts of n shots, every token drawn. Knows nothing of the theory: only the
 * definition of the model and of the problem. The same seed gives the same bytes; estimates with different `stream`
 * numbers are independent.
 * @throws InputError when `prompts` is below 2, `seed` or `shots` is not a whole number, or a length does not fit.
 */
export function monteCarloRisk(
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  parameters: AttentionParameters,
  sampling: PromptSampling,
): RiskEstimate {
  return averageOverPrompts(problem, task, shots, [parameters], sampling, ([error]) => error! * error!);
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
  models: { readonly original: AttentionParameters; readonly changed: AttentionParameters },
  sampling: PromptSampling,
): RiskEstimate {
  return averageOverPrompts(
    problem,
    task,
    shots,
    [models.original, models.changed],
    sampling,
    ([before, after]) => after! * after! - before! * before!,
  );
}

/** The mean over fresh prompts of a function of the models' errors f − y on a prompt. */
function averageOverPrompts(
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  models: readonly AttentionParameters[],
  { prompts, seed, stream = 0 }: PromptSampling,
  lossOf: (errors: readonly number[]) => number,
): RiskEstimate {
  readWhole(prompts, "prompts", 2);
  readWhole(seed, "seed", 0);
  readWhole(stream, "stream", 0);
  readShots(shots, "shots");
  requireLength(task, "task", problem.dimension);
  for (const parameters of models) {
    requireLength(parameters.value, "value", tokenLength(problem.dimension));
    requireLength(parameters.keyQuery, "keyQuery", tokenLength(problem.dimension));
  }

  const sampler = new ExampleSampler(problem, task, new RandomSource(seed, stream));
  const predictors = models.map((parameters) => new QueryPredictor(parameters, problem.dimension));
  const errors = models.map(() => 0);
  // Welford's running mean and sum of squared deviations: stable for heavy-tailed errors and millions of prompts.
  let mean = 0;
  let deviations = 0;
  for (let prompt = 1; prompt <= prompts; prompt += 1) {
    // The query is drawn first because it decides how every token is scored.
    const queryLabel = sampler.next();
    for (const predictor of predictors) predictor.begin(sampler.covariates);
    for (let token = 0; token < shots; token += 1) {
      const label = sampler.next();
      for (let k = 0; k < errors.length; k += 1) predictors[k]!.add(sampler.covariates, label);
    }
    for (let k = 0; k < errors.length; k += 1) errors[k] = predictors[k]!.predict() - queryLabel;
    const loss = lossOf(errors);
    const step = loss - mean;
    mean += step / prompt;
    deviations += step * (loss - mean);
  }
  return { mean, standardError: Math.sqrt(deviations / (prompts - 1) / prompts), prompts, seed };
}

/** The prediction f of one prompt, its tokens fed one by one; no token is stored. */
class QueryPredictor {
  private readonly value: Float64Array;
  private readonly keyQuery: Float64Array;
  private readonly scorer: Float64Array;
  private sum = 0;
  private tokens = 0;

  constructor(
    parameters: AttentionParameters,
    private readonly dimension: number,
  ) {
    this.value = Float64Array.from(parameters.value);
    this.keyQuery = Float64Array.from(parameters.keyQuery.flat());
    this.scorer = new Float64Array(tokenLength(dimension));
  }

  /** Starts a prompt: fixes u = M z_q, which scores the tokens, and counts the query token (label slot 0) itself. */
  begin(query: Float64Array): void {
    const { scorer, keyQuery, dimension: d } = this;
    const D = scorer.length;
    for (let i = 0; i < D; i += 1) {
      let sum = keyQuery[i * D + CONSTANT_SLOT]!;
      for (let k = 0; k < d; k += 1) sum += keyQuery[i * D + FIRST_COVARIATE_SLOT + k]! * query[k]!;
      scorer[i] = sum;
    }
    this.sum = 0;
    this.tokens = 0;
    this.add(query, 0);
  }

  /** Adds (z_jᵀ u)(vᵀ z_j) for the token z_j = (1, x, y). */
  add(covariates: Float64Array, label: number): void {
    const { scorer, value, dimension: d } = this;
    const y = labelSlot(d);
    let score = scorer[CONSTANT_SLOT]! + scorer[y]! * label;
    let content = value[CONSTANT_SLOT]! + value[y]! * label;
    for (let k = 0; k < d; k += 1) {
      const x = covariates[k]!;
      score += scorer[FIRST_COVARIATE_SLOT + k]! * x;
      content += value[FIRST_COVARIATE_SLOT + k]! * x;
    }
    this.sum += score * content;
    this.tokens += 1;
  }

  predict(): number {
    return this.sum / this.tokens;
  }
}
