import { readWhole, requireVector } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { requirePrior, type TaskPrior } from "../problem/taskPrior";
import { ContextSampler, type Sampling } from "../simulate/contextSampler";
import type { RandomSource } from "../simulate/randomSource";
import { TaskSampler } from "../simulate/taskSampler";

/** Gives one prompt after the other: `rows` context rows, then the query token (each of length D), then the query's label. */
export interface PromptSource {
  /** n; the attention divides by N = n + 1 however many rows stand for the context. */
  readonly shots: number;
  readonly rows: number;
  /** Where the prompts are; the current one starts at `at`. */
  readonly data: Float64Array;
  readonly at: number;
  readonly next: (random: RandomSource) => void;
}

function requireSource(problem: RegressionProblem, shots: number): void {
  requireProblem(problem);
  readWhole(shots, "shots", 0);
}

/** A new task and a new prompt every time, as in pretraining. @throws InputError naming the argument. */
export function freshPrompts(
  problem: RegressionProblem,
  prior: TaskPrior,
  shots: number,
  sampling: Sampling,
): PromptSource {
  requireSource(problem, shots);
  requirePrior(prior, "prior", problem.dimension);
  const tasks = new TaskSampler(prior);
  const contexts = new ContextSampler(problem, sampling);
  const rows = contexts.rows(shots);
  const query = rows * contexts.size;
  const data = new Float64Array(query + contexts.size + 1);
  return {
    shots,
    rows,
    data,
    at: 0,
    next: (random) => {
      tasks.next(random);
      contexts.draw(tasks.task, shots, random, data, 0);
      data[query + contexts.size] = contexts.drawQuery(tasks.task, random, data, query);
    },
  };
}

/** A new prompt of one task every time, as in a test. @throws InputError naming the argument. */
export function taskPrompts(
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  sampling: Sampling,
): PromptSource {
  requireSource(problem, shots);
  requireVector(task, "task", problem.dimension);
  const contexts = new ContextSampler(problem, sampling);
  const rows = contexts.rows(shots);
  const query = rows * contexts.size;
  const data = new Float64Array(query + contexts.size + 1);
  const theta = Float64Array.from(task);
  return {
    shots,
    rows,
    data,
    at: 0,
    next: (random) => {
      contexts.draw(theta, shots, random, data, 0);
      data[query + contexts.size] = contexts.drawQuery(theta, random, data, query);
    },
  };
}

/** The bytes that a finite data set takes. */
export function finitePromptsBytes(
  problem: RegressionProblem,
  shots: number,
  sampling: Sampling,
  examples: number,
): number {
  const contexts = new ContextSampler(problem, sampling);
  return examples * ((contexts.rows(shots) + 1) * contexts.size + 1) * Float64Array.BYTES_PER_ELEMENT;
}

/** Prompts of one task drawn once, `examples` of them, and sampled with replacement, as in fine-tuning. @throws InputError naming the argument. */
export function finitePrompts(
  problem: RegressionProblem,
  task: Vector,
  shots: number,
  sampling: Sampling,
  examples: number,
  random: RandomSource,
): PromptSource {
  requireSource(problem, shots);
  requireVector(task, "task", problem.dimension);
  readWhole(examples, "examples", 1);
  const contexts = new ContextSampler(problem, sampling);
  const rows = contexts.rows(shots);
  const stride = (rows + 1) * contexts.size + 1;
  const data = new Float64Array(examples * stride);
  const theta = Float64Array.from(task);
  for (let start = 0; start < data.length; start += stride) {
    const query = start + rows * contexts.size;
    contexts.draw(theta, shots, random, data, start);
    data[query + contexts.size] = contexts.drawQuery(theta, random, data, query);
  }
  let at = 0;
  return {
    shots,
    rows,
    data,
    get at() {
      return at;
    },
    next: (source) => {
      at = stride * Math.floor(source.uniform() * examples);
    },
  };
}

/** The prompts of a finite source one after the other, over and over: a batch of all of them has no sampling noise. @throws InputError naming `size`. */
export function inOrder(source: PromptSource, size: number): PromptSource {
  readWhole(size, "size", 1);
  const stride = (source.rows + 1) * size + 1;
  let at = -stride;
  return {
    shots: source.shots,
    rows: source.rows,
    data: source.data,
    get at() {
      return at;
    },
    next: () => {
      at = (at + stride) % source.data.length;
    },
  };
}
