import { InputError } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import {
  averageOverPrompts,
  type MeasuredRisk,
  type PromptSampling,
  type SimulatedModel,
  sourceOf,
} from "./monteCarloRisk";

/** What a model's error takes from two tasks, measured. Without a unit. */
export interface ErrorCoefficients {
  /** a: how much of the target's answer there is where another one was asked for. */
  readonly intrusion: MeasuredRisk;
  /** 1 − b: how much of the prompt's own answer is missing. */
  readonly shortfall: MeasuredRisk;
}

/**
 * The regression of the error f − y on θ₀ᵀx and θᵀx, x the query's covariates, estimated on fresh prompts of `task`, every token drawn. With u and
 * w in the plane of both tasks, orthogonal to θ and to θ₀ in the geometry of Σ and of inner product 1 with the other one, the coefficients are the
 * means of (f − y) uᵀx and −(f − y) wᵀx. Knows nothing of the theory, as {@link monteCarloRisk}.
 * @throws InputError when the tasks are parallel, where only the sum of both is determined; else as {@link monteCarloRisk} does.
 * @example
 * const { problem } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const silent = blockParameters(FLOAT, { block: [[0, 0], [0, 0]] });
 * const tasks = { targetTask: [1, 0], task: [0, 1] };
 * const { shortfall } = monteCarloCoefficients(problem, tasks, 3, silent, { prompts: 10_000, seed: 1 });
 * console.log(Math.abs(shortfall.mean - 1) < 4 * shortfall.standardError); // true
 */
export function monteCarloCoefficients(
  problem: RegressionProblem,
  { targetTask, task }: { readonly targetTask: Vector; readonly task: Vector },
  shots: number,
  parameters: SimulatedModel,
  sampling: PromptSampling,
): ErrorCoefficients {
  requireProblem(problem);
  requireVector(targetTask, "targetTask", problem.dimension);
  const source = sourceOf(problem, task, sampling);
  const { covariance } = problem;
  const inner = (a: Vector, b: Vector): number =>
    a.reduce((sum, x, i) => sum + x * b.reduce((part, y, j) => part + covariance[i]![j]! * y, 0), 0);
  const [oo, ot, tt] = [inner(targetTask, targetTask), inner(targetTask, task), inner(task, task)];
  const determinant = oo * tt - ot * ot;
  if (!(determinant > 1e-12 * oo * tt))
    throw new InputError("task", task, "a task that is no multiple of the target");
  const alongTarget = targetTask.map((x, i) => (tt * x - ot * task[i]!) / determinant);
  const alongTask = task.map((x, i) => (oo * x - ot * targetTask[i]!) / determinant);
  const { prompts, attention = "linear" } = sampling;
  const counts = { prompts, losses: 2 };
  const [intrusion, shortfall] = averageOverPrompts(
    source,
    shots,
    [parameters],
    attention,
    counts,
    ([error], out, query) => {
      let [target, own] = [0, 0];
      for (let i = 0; i < query.length; i += 1) {
        target += alongTarget[i]! * query[i]!;
        own += alongTask[i]! * query[i]!;
      }
      out[0] = error! * target;
      out[1] = -error! * own;
    },
  );
  return { intrusion: intrusion!, shortfall: shortfall! };
}
