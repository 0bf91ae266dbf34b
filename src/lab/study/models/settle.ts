import { type DescentSettings, descend, type StepLoss, startDescent } from "@finetune-icl/core/train";

/** Descent in blocks of equal length, until two blocks in a row have nearly the same mean loss. */
export interface Patience {
  readonly learningRate: number;
  /** Steps of one block. */
  readonly block: number;
  /** Blocks that are done in any case, at least two, and at most. */
  readonly least: number;
  readonly most: number;
}

/** Where such a descent ended. */
export interface Settled {
  readonly point: Float64Array;
  readonly steps: number;
  /** The mean loss over the steps of the last block. */
  readonly loss: number;
  /** By how much of it the block before was higher. */
  readonly change: number;
  /** Whether `change` was below {@link SETTLED_CHANGE}; if not, the blocks had run out. */
  readonly settled: boolean;
}

/** A loss that one more block lowers by less than this share has settled. */
export const SETTLED_CHANGE = 0.01;

/** The released experiment's Adam variant. */
export const adamSettings = (learningRate: number, steps: number): DescentSettings => ({
  steps,
  optimiser: { kind: "adam", learningRate, betas: [0.9, 0.9], epsilon: 1e-8 },
  clipNorm: 1,
});

/**
 * Descends until the loss has settled. `from` is the number of steps done before: the loss sees the steps counted from there, so
 * that no batch is drawn twice.
 * @throws DivergenceError as {@link descend} does.
 */
export function settle(
  loss: StepLoss,
  start: Float64Array,
  { learningRate, block, least, most }: Patience,
  from = 0,
): Settled {
  const settings = adamSettings(learningRate, most * block);
  const descent = startDescent(start, settings);
  let sum = 0;
  const summed: StepLoss = (point, gradient, step) => {
    const value = loss(point, gradient, from + step);
    sum += value;
    return value;
  };
  let [before, last] = [Number.NaN, Number.NaN];
  for (let blocks = 1; blocks <= most; blocks += 1) {
    sum = 0;
    descend(descent, summed, settings, blocks * block);
    [before, last] = [last, sum / block];
    if (blocks >= least && before - last < SETTLED_CHANGE * last) break;
  }
  const change = (before - last) / last;
  return {
    point: descent.point,
    steps: descent.step,
    loss: last,
    change,
    settled: change < SETTLED_CHANGE,
  };
}
