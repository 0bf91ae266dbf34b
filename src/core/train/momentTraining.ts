import type { Differentiable } from "../algebra/differentiable";
import { asParameters, asPoint } from "../exact/exactLoss";
import { momentLoss } from "../exact/featureLoss";
import { pack, unpack } from "../exact/packedParameters";
import type { TokenMoments } from "../exact/tokenMoments";
import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { readWhole } from "../problem/readInput";
import type { RegimeKind } from "../problem/regime";
import { descend, startDescent } from "./descent";
import { RELEASED_MOTION } from "./releasedSettings";

/** The regimes that move something when the tokens are given by their moments. */
export type MomentRegime = Exclude<RegimeKind, "pretrained" | "zero-shot-key-query">;

/** Which of v and M a regime moves. A record, so that the compiler misses a regime that is not named here. */
const MOVES: Readonly<Record<MomentRegime, "all" | "value">> = {
  "zero-shot-full": "all",
  "zero-shot-value": "value",
  "auxiliary-value": "value",
  "auxiliary-full": "all",
};

/** The words for these regimes. */
export const MOMENT_REGIMES = Object.keys(MOVES) as readonly MomentRegime[];

/** Which of these regimes have an auxiliary few-shot loss. */
const IS_AUXILIARY: Readonly<Record<MomentRegime, boolean>> = {
  "zero-shot-full": false,
  "zero-shot-value": false,
  "auxiliary-value": true,
  "auxiliary-full": true,
};

/** Where training ended. */
export interface MomentTraining {
  readonly parameters: AttentionParameters;
  /** The zero-shot loss there. */
  readonly loss: number;
  readonly learningRate: number;
}

/**
 * Fine-tunes one layer on one task whose tokens are known by their moments: those of a distribution, or of the rows of a
 * table, whose empirical loss is then descended exactly, over all prompts that can be made of the rows. The settings are
 * those of the released experiment (SGD with momentum, gradient clipped, the weight of the auxiliary loss annealed linearly from
 * 1 to 0), but for the learning rate, which is lowered where heavy tails make the loss so curved that 0.01 would not settle.
 * @throws InputError when v and M do not fit each other, a number is not finite, or a count is none.
 * @throws DivergenceError when it diverges all the same.
 */
export function trainOnMoments(
  regime: MomentRegime,
  start: AttentionParameters,
  moments: TokenMoments,
  {
    auxiliaryShots,
    steps = RELEASED_MOTION.steps,
  }: { readonly auxiliaryShots: number; readonly steps?: number },
): MomentTraining {
  const size = requireParameters(start);
  readWhole(auxiliaryShots, "auxiliaryShots", 0);
  readWhole(steps, "steps", 1);
  const dimension = size - 2;
  const zeroShot = momentLoss(dimension, [{ moments, shots: 0, weight: 1 }]);
  const fewShot = IS_AUXILIARY[regime]
    ? momentLoss(dimension, [{ moments, shots: auxiliaryShots, weight: 1 }])
    : undefined;
  const point = asPoint(pack(start));
  const curvature = largestValueCurvature(zeroShot, point, size);
  const learningRate = Math.min(RELEASED_MOTION.optimiser.learningRate, 1 / curvature);
  const settings = {
    ...RELEASED_MOTION,
    steps,
    optimiser: { ...RELEASED_MOTION.optimiser, learningRate },
  };
  const valueOnly = MOVES[regime] === "value";
  const other = new Float64Array(point.length);
  const descent = startDescent(point, settings);
  descend(
    descent,
    (at, gradient, step) => {
      let loss = zeroShot(at, gradient);
      if (fewShot !== undefined) {
        const weight = 1 - step / steps;
        loss += weight * fewShot(at, other);
        for (let i = 0; i < gradient.length; i += 1) gradient[i]! += weight * other[i]!;
      }
      if (valueOnly) gradient.fill(0, size);
      return loss;
    },
    settings,
    steps,
  );
  return {
    parameters: unpack(asParameters(descent.point, size)),
    loss: zeroShot(descent.point, other),
    learningRate,
  };
}

/** The largest eigenvalue of the Hessian in v, by power iteration: the loss is quadratic in v, so gradients differ by it. */
function largestValueCurvature(loss: Differentiable, point: Float64Array, size: number): number {
  const at = Float64Array.from(point);
  const [base, moved] = [new Float64Array(point.length), new Float64Array(point.length)];
  loss(point, base);
  let direction = Float64Array.from({ length: size }, (_, k) => 1 / (k + 1));
  let length = 0;
  for (let iteration = 0; iteration < 60; iteration += 1) {
    const norm = Math.hypot(...direction);
    direction = direction.map((x) => x / norm);
    for (let k = 0; k < size; k += 1) at[k] = point[k]! + direction[k]!;
    loss(at, moved);
    direction = direction.map((_, k) => moved[k]! - base[k]!);
    length = Math.hypot(...direction);
  }
  return length;
}
