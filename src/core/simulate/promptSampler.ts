import type { Vector } from "../algebra/matrix";
import { type CovariateDistribution, readCovariateDistribution } from "../problem/covariateDistribution";
import type { Prompt } from "../problem/prompt";
import { requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { readShots } from "../problem/shots";
import { type WhiteSampler, whiteSampler } from "./covariateSampler";
import type { ExampleSource } from "./exampleSource";
import type { RandomSource } from "./randomSource";

/**
 * Draws examples (x, y) of one task, one at a time, into a buffer: x = L e with Σ = L Lᵀ, y = θᵀx + noise. The covariates are
 * Gaussian unless another distribution of e is given; the noise is Gaussian.
 * @throws InputError when the task has not length d, a number is not finite, or the distribution is none.
 */
export class ExampleSampler implements ExampleSource {
  readonly dimension: number;
  /** The covariates of the last example drawn, length d. */
  readonly covariates: Float64Array;
  private readonly root: Float64Array;
  private readonly task: Float64Array;
  private readonly noise: number;
  private readonly white: Float64Array;
  private readonly drawWhite: WhiteSampler | undefined;

  constructor(
    problem: RegressionProblem,
    task: Vector,
    private readonly random: RandomSource,
    distribution: CovariateDistribution = { kind: "gaussian" },
  ) {
    requireProblem(problem);
    requireVector(task, "task", problem.dimension);
    readCovariateDistribution(distribution);
    this.dimension = problem.dimension;
    this.covariates = new Float64Array(problem.dimension);
    this.white = new Float64Array(problem.dimension + 1);
    this.drawWhite =
      distribution.kind === "gaussian" ? undefined : whiteSampler(distribution, problem.dimension);
    this.root = choleskyFactor(problem);
    this.task = Float64Array.from(task);
    this.noise = Math.sqrt(problem.noiseVariance);
  }

  /** Draws the next example into `covariates` and returns its label. */
  next(): number {
    const { dimension: d, covariates: x, white, root, task, random } = this;
    // Gaussian covariates and noise in one go, which is fastest.
    if (this.drawWhite === undefined) random.normals(white, this.noise === 0 ? d : d + 1);
    else {
      this.drawWhite(random, white);
      white[d] = this.noise === 0 ? 0 : random.normal();
    }
    let label = this.noise * white[d]!;
    for (let i = 0, row = 0; i < d; i += 1, row += d) {
      let sum = 0;
      for (let k = 0; k <= i; k += 1) sum += root[row + k]! * white[k]!;
      x[i] = sum;
      label += task[i]! * sum;
    }
    return label;
  }
}

/**
 * A whole prompt of n shots, with the query's true label, for showing or for models that need all tokens.
 * @throws InputError naming `shots`.
 * @example
 * const { problem } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const sampler = new ExampleSampler(problem, [1, 0], new RandomSource(1));
 * const { prompt } = samplePrompt(sampler, 3);
 * console.log(prompt.covariates.length, prompt.query.length); // 3 2
 */
export function samplePrompt(sampler: ExampleSource, shots: number): { prompt: Prompt; queryLabel: number } {
  readShots(shots, "shots");
  const examples = Array.from({ length: shots }, () => {
    const label = sampler.next();
    return { covariates: [...sampler.covariates], label };
  });
  const queryLabel = sampler.next();
  return {
    prompt: {
      covariates: examples.map((example) => example.covariates),
      labels: examples.map((example) => example.label),
      query: [...sampler.covariates],
    },
    queryLabel,
  };
}

/** L, lower triangular and row-major, with Σ = L Lᵀ. @throws RangeError when Σ is not positive definite. */
export function choleskyFactor({ covariance, dimension: d }: RegressionProblem): Float64Array {
  const root = new Float64Array(d * d);
  for (let i = 0; i < d; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = covariance[i]![j]!;
      for (let k = 0; k < j; k += 1) sum -= root[i * d + k]! * root[j * d + k]!;
      if (i === j && !(sum > 0)) throw new RangeError("the covariance is not positive definite");
      root[i * d + j] = i === j ? Math.sqrt(sum) : sum / root[j * d + j]!;
    }
  }
  return root;
}
