import { InputError, readWhole, requireVector } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import { interpolate, type Parameters } from "../gpt/parameters";
import { type GptShape, requireShape } from "../gpt/shape";
import { drawPrompts, type PromptBatch } from "../training/prompts";
import type { Predictor } from "./predictor";

/** Models on the straight line of parameters from start to end of a fine-tuning, by how far they are on it: share 0 to 1. */
export interface ZeroShotPath {
  /** E (f − θ₀·x)² at a share: zero-shot risk on the target less σ². */
  readonly excessAt: (share: number) => number;
  /** The first share at which the excess is at most `left` times that of the start; undefined where there is none. */
  readonly firstAt: (left: number) => number | undefined;
}

const ZERO_SHOT_STREAM = 50;

/** Zero-shot prompts of a target, labels without noise. @throws InputError naming `target`, `prompts` or `seed`. */
export function drawZeroShot(
  shape: GptShape,
  {
    target,
    prompts,
    seed,
  }: { readonly target: readonly number[]; readonly prompts: number; readonly seed: number },
): PromptBatch {
  requireShape(shape);
  requireVector(target, "target", shape.dimension);
  readWhole(seed, "seed", 0);
  return drawPrompts(
    { dimension: shape.dimension, noiseVariance: 0 },
    { prompts, shots: 0, scored: "all", taskOf: () => target },
    new RandomSource(seed, ZERO_SHOT_STREAM),
  );
}

/** How the zero-shot excess falls on the way from `start` to `end`, measured on the prompts of {@link drawZeroShot}. */
export function zeroShotPath(
  predictor: Predictor,
  start: Parameters,
  end: Parameters,
  zeroShot: PromptBatch,
): ZeroShotPath {
  const known = new Map<number, number>();
  const measured = (share: number): number => {
    const predictions = predictor.predict(interpolate(start, end, share), zeroShot);
    return meanOf([...predictions].map((predicted, i) => (predicted - zeroShot.labels[i]!) ** 2));
  };
  const excessAt = (share: number): number => {
    const excess = known.get(share) ?? measured(share);
    known.set(share, excess);
    return excess;
  };
  return {
    excessAt,
    firstAt: (left) => {
      if (!(left > 0)) throw new InputError("left", left, "a number above 0");
      return firstBelow(excessAt, left * excessAt(0));
    },
  };
}

const GRID = 20;
const HALVINGS = 10;

/** The first share, on a grid of twenty refined by halving, at which the excess is at most `level`; undefined where there is none. */
export function firstBelow(excessAt: (share: number) => number, level: number): number | undefined {
  for (let k = 1; k <= GRID; k += 1) {
    if (excessAt(k / GRID) > level) continue;
    let [above, below] = [(k - 1) / GRID, k / GRID];
    for (let i = 0; i < HALVINGS; i += 1) {
      const middle = (above + below) / 2;
      if (excessAt(middle) > level) above = middle;
      else below = middle;
    }
    return below;
  }
  return undefined;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
