import { exactLoss, FastRisk, type PackedParameters, zeroParameters } from "@finetune-icl/core/exact";
import { tokenLength } from "@finetune-icl/core/model";
import type { RegressionProblem } from "@finetune-icl/core/problem";
import { cpuSeconds, type Side } from "./timing";

export type Covariance = "dense" | "diagonal";
export const SHOTS = 20;

/** The numbers that src/finetune-icl/bench/exact_risk.py computes with too: no random ones, so that answers can be compared. */
export interface ExactCase {
  readonly problem: RegressionProblem;
  readonly task: Float64Array;
  readonly parameters: PackedParameters;
}

/** Parameters, task and problem; the spectrum of Σ is from 1 to 2, dense or not. */
export function exactCase(dimension: number, covariance: Covariance): ExactCase {
  const parameters = zeroParameters(tokenLength(dimension));
  parameters.keyQuery.forEach((_, k) => {
    parameters.keyQuery[k] = Math.sin(k + 1) / dimension;
  });
  parameters.value.forEach((_, k) => {
    parameters.value[k] = Math.cos(k);
  });
  // Next to nothing, so that the matrix is not taken for diagonal.
  const beside = covariance === "dense" ? 1e-30 : 0;
  return {
    problem: {
      dimension,
      covariance: Array.from({ length: dimension }, (_, i) =>
        Array.from({ length: dimension }, (_x, j) => (i === j ? 1 + i / dimension : beside)),
      ),
      noiseVariance: 0.1,
    },
    task: Float64Array.from({ length: dimension }, (_, i) => Math.sin(2 * i + 0.5) / Math.sqrt(dimension)),
    parameters,
  };
}

/** How many calls take about so many seconds, by a rough model of the cost. */
export const callsIn = (seconds: number, dimension: number, covariance: Covariance): number =>
  Math.ceil(
    seconds / (1e-6 * (3 + dimension ** 2 / 50 + (covariance === "dense" ? dimension ** 3 / 900 : 0))),
  );

/** What a call gave: the same on all sides. */
export interface Answer {
  readonly risk: number;
  readonly slope: number;
}

export function answerOf({ problem, task, parameters }: ExactCase): Answer {
  const gradient = zeroParameters(parameters.value.length);
  const risk = new FastRisk(problem).riskAndGradient(task, SHOTS, parameters, gradient);
  return { risk, slope: Math.hypot(length(gradient.value), length(gradient.keyQuery)) };
}

const length = (x: Float64Array): number => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0));

export type Work = "risk" | "risk and gradient" | "risk of a prior and gradient";

/** Microseconds of processor time a call. */
export function exactSide(dimension: number, covariance: Covariance, work: Work, seconds: number): Side {
  const { problem, task, parameters } = exactCase(dimension, covariance);
  const calls = callsIn(seconds, dimension, covariance);
  const call = callOf(problem, task, parameters, work);
  return () => {
    let sum = 0;
    const used = cpuSeconds(() => {
      for (let i = 0; i < calls; i += 1) sum += call();
    });
    if (!Number.isFinite(sum)) throw new Error("the exact risk is not finite");
    return (1e6 * used) / calls;
  };
}

function callOf(
  problem: RegressionProblem,
  task: Float64Array,
  parameters: PackedParameters,
  work: Work,
): () => number {
  if (work === "risk of a prior and gradient") {
    const taskCovariance = problem.covariance.map((row, i) =>
      row.map((_, j) => (i === j ? 1 / row.length : 0)),
    );
    const loss = exactLoss(problem, [{ prior: { kind: "sphere", taskCovariance }, shots: SHOTS, weight: 1 }]);
    const point = Float64Array.from([...parameters.value, ...parameters.keyQuery]);
    const slope = new Float64Array(point.length);
    return () => loss(point, slope);
  }
  const engine = new FastRisk(problem);
  const gradient = zeroParameters(parameters.value.length);
  return work === "risk"
    ? () => engine.risk(task, SHOTS, parameters)
    : () => engine.riskAndGradient(task, SHOTS, parameters, gradient);
}
