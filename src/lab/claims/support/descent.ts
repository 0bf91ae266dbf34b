import { FLOAT, type Vector } from "@finetune-icl/core/algebra";
import { asParameters, asPoint, exactLoss, exactRisk, pack, unpack } from "@finetune-icl/core/exact";
import { type AttentionParameters, tokenLength } from "@finetune-icl/core/model";
import { dampedNewton } from "@finetune-icl/core/predict";
import type { RiskTerm } from "@finetune-icl/core/problem";
import { blockParameters } from "@finetune-icl/core/theory";
import { followGradientFlow, trainExactly } from "@finetune-icl/core/train";
import type { ClaimSetting } from "./settings";

/** Where gradient flow ended. */
export interface Trained {
  readonly parameters: AttentionParameters;
  /** The loss there. */
  readonly value: number;
  /** Whether it had come to rest. */
  readonly settled: boolean;
}

/** v = (0, 0, 1), M = Γ. */
export const pretrainedPoint = ({ gamma }: ClaimSetting): AttentionParameters =>
  blockParameters(FLOAT, { block: gamma });

/** The zero-shot loss of the target, and with a weight the loss at some shots. */
export function fineTuningTerms(
  targetTask: Vector,
  auxiliary?: { readonly shots: number; readonly weight: number },
): readonly RiskTerm[] {
  const zeroShot = { task: targetTask, shots: 0, weight: 1 };
  return auxiliary === undefined ? [zeroShot] : [zeroShot, { task: targetTask, ...auxiliary }];
}

/** Gradient flow of all entries of v and M, or of v or M alone, by exact gradients. */
export function train(
  { problem }: ClaimSetting,
  start: AttentionParameters,
  terms: readonly RiskTerm[],
  trainable: "all" | "value" | "key-query" = "all",
): Trained {
  const { parameters, loss, flow } = trainExactly(
    problem,
    terms,
    start,
    { kind: "gradient-flow" },
    { trainable },
  );
  return { parameters, value: loss, settled: flow!.settled };
}

/**
 * Gradient flow of all entries for a long while, past the saddles on its way, which decides where descent goes, and Newton's method to come to rest there: for
 * losses with directions so flat that the flow alone would take very long.
 */
export function trainToRest(
  { problem }: ClaimSetting,
  start: AttentionParameters,
  terms: readonly RiskTerm[],
): Trained {
  const loss = exactLoss(problem, terms);
  const flow = followGradientFlow(loss, asPoint(pack(start)), { maxTime: 3000 });
  const end = dampedNewton(loss, flow.point, { tolerance: 1e-11, maxSteps: 500, difference: 1 });
  return {
    value: end.value,
    settled: end.gradientNorm <= 1e-9,
    parameters: unpack(asParameters(end.point, tokenLength(problem.dimension))),
  };
}

/** The exact risk of trained parameters, by the readable formula. */
export const riskOf = (
  { problem }: ClaimSetting,
  parameters: AttentionParameters,
  task: Vector,
  shots: number,
): number => exactRisk(FLOAT, problem, task, shots, parameters);

/** Euclidean distance of two lists of numbers. */
export const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((x, i) => x - b[i]!));

/** Why the end of a flow is this near to the point it tends to. */
export const FLOW_TOLERANCE = {
  tolerance: 1e-7,
  reason:
    "the flow stops at a gradient of 1e-9, which is that far from a minimum times its least curvature: 1e-7 allows curvatures down to 1e-2, below which the row would fail; its steps are exact to 1e-12",
} as const;
