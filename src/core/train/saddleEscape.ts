import { requireNumber, requirePositive, requireVector } from "@finetune-icl/base";
import type { Vector } from "../algebra/matrix";
import { factorisedLoss } from "../exact/exactLoss";
import { FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import type { RandomSource } from "../simulate/randomSource";
import { followGradientFlow } from "./gradientFlow";

/**
 * v, K and Q (D × D each, row-major, in this order) near the pretrained point with M = KᵀQ, M_xx = γI and v = (0, 0, 1): K and Q
 * are √γ on the covariates, and every entry has normal noise of this deviation on top. Without noise full fine-tuning ends at
 * a saddle.
 * @throws InputError naming the argument that is no size or no finite number.
 */
export function noisyFactors(
  dimension: number,
  gamma: number,
  { deviation, random }: { readonly deviation: number; readonly random: RandomSource },
): Float64Array {
  requirePositive(gamma, "gamma");
  requireNumber(deviation, "deviation");
  const size = tokenLength(dimension);
  const point = new Float64Array(size + 2 * size * size);
  point[labelSlot(dimension)] = 1;
  for (let slot = FIRST_COVARIATE_SLOT; slot < labelSlot(dimension); slot += 1) {
    for (const offset of [size, size + size * size]) point[offset + slot * size + slot] = Math.sqrt(gamma);
  }
  return point.map((x) => x + deviation * random.normal());
}

/**
 * The length of the part of the noise that grows at the saddle: of (k₀ + q₀)/2, the columns of K and Q that belong to the
 * constant, in the rows that the covariates leave free (the first and the last).
 * @throws InputError when `point` is not of that length or holds what is no finite number.
 */
export function growingPart(point: Float64Array, dimension: number): number {
  const size = tokenLength(dimension);
  requireVector(point, "point", size + 2 * size * size);
  const column = (row: number): number =>
    (point[size + row * size]! + point[size + size * size + row * size]!) / 2;
  return Math.hypot(column(0), column(size - 1));
}

/** A moment of a flow. */
export interface TimedLoss {
  readonly time: number;
  readonly loss: number;
}

/** The zero-shot risk of a task along gradient flow of v, K and Q, at every half unit of time up to `longest`. @throws InputError naming the argument. */
export function factorisedFlowLoss(
  problem: RegressionProblem,
  targetTask: Vector,
  start: Float64Array,
  longest: number,
): readonly TimedLoss[] {
  requireProblem(problem);
  requireVector(targetTask, "targetTask", problem.dimension);
  requireNumber(longest, "longest");
  const size = tokenLength(problem.dimension);
  requireVector(start, "start", size + 2 * size * size);
  const loss = factorisedLoss(problem, [{ task: targetTask, shots: 0, weight: 1 }], size);
  const curve: TimedLoss[] = [];
  followGradientFlow(
    loss,
    start,
    { gradientTolerance: 0, stepTolerance: 1e-8, maxTime: longest },
    { schedule: { every: 0.5 }, see: (moment) => curve.push({ time: moment.at, loss: moment.loss }) },
  );
  return curve;
}

/** The first time after 1 at which the loss is below `level`; NaN where it stays above. @throws InputError naming `level`. */
export function leavingTime(curve: readonly TimedLoss[], level: number): number {
  requireNumber(level, "level");
  return curve.find(({ time, loss }) => time > 1 && loss < level)?.time ?? Number.NaN;
}
