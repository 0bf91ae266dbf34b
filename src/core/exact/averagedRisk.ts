import { requireMatrix } from "../problem/readInput";
import type { RegressionProblem } from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import type { TaskPrior } from "../problem/taskPrior";
import { FastRisk } from "./fastRisk";
import type { PackedParameters } from "./packedParameters";
import { priorCubature } from "./priorCubature";

/** E_θ R(n, θ), the risk at n shots averaged over a prior of tasks, as a function of v and M: exact, by {@link priorCubature}. @throws InputError when sizes do not fit or a number is not finite. */
export function averagedRisk(
  problem: RegressionProblem,
  prior: TaskPrior,
): (parameters: PackedParameters, shots: ShotCount) => number {
  const engine = new FastRisk(problem);
  requireMatrix(prior.taskCovariance, "prior.taskCovariance", problem.dimension);
  const tasks = priorCubature(prior).map(({ task, weight }) => ({ task: Float64Array.from(task), weight }));
  return (parameters, shots) =>
    tasks.reduce((sum, { task, weight }) => sum + weight * engine.risk(task, shots, parameters), 0);
}
