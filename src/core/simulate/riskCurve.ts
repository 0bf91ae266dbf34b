import type { Vector } from "../algebra/matrix";
import type { AttentionParameters } from "../model/attentionParameters";
import type { RegressionProblem } from "../problem/regressionProblem";
import { monteCarloRisk, type PromptSampling } from "./monteCarloRisk";

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
 */
export function riskCurve(
  problem: RegressionProblem,
  task: Vector,
  parameters: AttentionParameters,
  predicted: (shots: number) => number,
  {
    shots,
    simulated,
    stream = 0,
    ...sampling
  }: PromptSampling & { readonly shots: readonly number[]; readonly simulated: readonly number[] },
): RiskCurvePoint[] {
  return shots.map((n) => ({
    shots: n,
    predicted: predicted(n),
    ...measuredCells(
      simulated.includes(n)
        ? monteCarloRisk(problem, task, n, parameters, { ...sampling, stream: stream + n })
        : undefined,
    ),
  }));
}
