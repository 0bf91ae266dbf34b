import type { Vector } from "../algebra/matrix";
import { requireParameters } from "../model/attentionParameters";
import { ownValueParts } from "../model/ownValue";
import { requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { readShots } from "../problem/shots";
import { monteCarloRisk, type PromptSampling, type SimulatedModel } from "./monteCarloRisk";

/** A risk at n shots as it was predicted, and where it was simulated what prompts gave; NaN elsewhere. */
export interface RiskCurvePoint {
  readonly shots: number;
  readonly predicted: number;
  readonly measured: number;
  readonly standardError: number;
}

/** A mean with its standard error as the cells of a figure's table: NaN where nothing was measured. */
export function measuredCells(estimate?: { readonly mean: number; readonly standardError: number }): {
  readonly measured: number;
  readonly standardError: number;
} {
  return {
    measured: estimate?.mean ?? Number.NaN,
    standardError: estimate?.standardError ?? Number.NaN,
  };
}

/**
 * The risk of a model on a task at `shots`, predicted at each by a function of the caller, and simulated at those of
 * `simulated`, every token drawn: a line and the points on it. Shot count n has the stream `stream` + n.
 * @throws InputError when a length is not d, a number not finite, or a shot count none.
 */
export function riskCurve(
  problem: RegressionProblem,
  task: Vector,
  model: SimulatedModel,
  predicted: (shots: number) => number,
  {
    shots,
    simulated,
    stream = 0,
    ...sampling
  }: PromptSampling & { readonly shots: readonly number[]; readonly simulated: readonly number[] },
): RiskCurvePoint[] {
  requireProblem(problem);
  requireVector(task, "task", problem.dimension);
  requireParameters(ownValueParts(model).parameters, problem.dimension);
  for (const [name, counts] of Object.entries({ shots, simulated }))
    for (const [i, n] of counts.entries()) readShots(n, `${name}[${i}]`);
  return shots.map((n) => ({
    shots: n,
    predicted: predicted(n),
    ...measuredCells(
      simulated.includes(n)
        ? monteCarloRisk(problem, task, n, model, { ...sampling, stream: stream + n })
        : undefined,
    ),
  }));
}
