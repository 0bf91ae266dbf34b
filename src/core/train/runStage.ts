import { type Descent, descend, type LossPoint, type StepLoss, startDescent } from "./descent";
import { followGradientFlow } from "./gradientFlow";
import { type Observer, seeEnd } from "./observer";
import type { Motion } from "./trainingSettings";

/** What a stage of training ended with. */
export interface StageResult {
  readonly point: Float64Array;
  /** The loss on the way; for gradient flow at the start and at the end, where `step` counts the solver's steps. */
  readonly curve: readonly LossPoint[];
  /** The loss at `point`; for sampled training on one more batch. */
  readonly loss: number;
  /** For gradient flow, whether it came to rest, and when. */
  readonly flow?: { readonly settled: boolean; readonly time: number; readonly gradientNorm: number };
}

/** Runs a stage from start to end. @throws InputError naming what is no finite number. @throws DivergenceError as {@link descend} does. */
export function runStage(
  loss: StepLoss,
  start: Float64Array,
  motion: Motion,
  observer?: Observer,
): StageResult {
  if (motion.kind === "gradient-flow") return flow(loss, start, motion, observer);
  const descent = startDescent(start, motion);
  descend(descent, loss, motion, motion.steps, observer);
  return endOf(descent, loss, observer);
}

/** The result of a descent that has done all its steps. */
export function endOf({ point, curve, step }: Descent, loss: StepLoss, observer?: Observer): StageResult {
  const last = loss(point, new Float64Array(point.length), step);
  seeEnd(observer, { at: step, loss: last, point });
  return { point, curve, loss: last };
}

function flow(
  loss: StepLoss,
  start: Float64Array,
  motion: Extract<Motion, { readonly kind: "gradient-flow" }>,
  observer: Observer | undefined,
): StageResult {
  const end = followGradientFlow((point, gradient) => loss(point, gradient, 0), start, motion, observer);
  const first = loss(start, new Float64Array(start.length), 0);
  const { settled, time, gradientNorm } = end;
  return {
    point: end.point,
    curve: [
      { step: 0, loss: first },
      { step: end.steps, loss: end.value },
    ],
    loss: end.value,
    flow: { settled, time, gradientNorm },
  };
}
