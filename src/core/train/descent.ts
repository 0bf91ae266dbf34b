import { readWhole, requireNumber, requireVector } from "@finetune-icl/base";
import { type Observer, Watch } from "./observer";
import { clip, createOptimiser, type OptimiserSettings } from "./optimiser";

/** How a stage of training walks downhill. */
export interface DescentSettings {
  readonly steps: number;
  readonly optimiser: OptimiserSettings;
  /** The gradient of all trained parameters together is scaled down to this length when it is longer. */
  readonly clipNorm: number | "none";
}

/** The loss at one step, its gradient written into the second argument; a sampled loss draws another batch at each step. */
export type StepLoss = (point: Float64Array, gradient: Float64Array, step: number) => number;

/** A point of the loss curve: the loss before the step. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** A descent under way: all that its next step depends on. */
export interface Descent {
  /** Steps done. */
  step: number;
  readonly point: Float64Array;
  readonly memory: readonly Float64Array[];
  readonly curve: LossPoint[];
}

/** The loss is no number any more, or astronomically large. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";

  constructor(
    readonly step: number,
    readonly loss: number,
  ) {
    super(
      `training diverged at step ${step}: the loss is ${loss}; take a smaller learningRate, or a clipNorm (the released experiment has 0.01 and 1)`,
    );
  }
}

/** Every so many steps the loss is kept, and the first and last. */
export const CURVE_INTERVAL = 100;
/** A loss so many times the first one, or 1, will not come back. */
const HOPELESS = 1e8;

/** That every setting is a number in its place. @throws InputError naming the setting. */
export function requireDescent({ steps, optimiser, clipNorm }: DescentSettings): void {
  readWhole(steps, "steps", 0);
  for (const [name, value] of Object.entries(optimiser))
    if (name !== "kind") for (const number of [value].flat()) requireNumber(number, `optimiser.${name}`);
  if (clipNorm !== "none") requireNumber(clipNorm, "clipNorm");
}

/** A descent that has not moved yet. @throws InputError naming the setting, or the entry of `start`, that is no finite number. */
export function startDescent(start: Float64Array, settings: DescentSettings): Descent {
  requireVector(start, "start", start.length);
  requireDescent(settings);
  const { memory } = createOptimiser(settings.optimiser, start.length);
  return { step: 0, point: Float64Array.from(start), memory, curve: [] };
}

/** Workspace: a descent that is taken a few steps at a time needs no new one each time. */
const gradients = new WeakMap<Descent, Float64Array>();

/**
 * Takes steps until `until` of them are done, or all. A descent that is stored and read back between two calls goes on as
 * if nothing had happened, bit by bit. An observer sees the point before a step, never after the last one.
 * @throws InputError naming the setting that is no finite number, or the memory that does not fit the point.
 * @throws DivergenceError as soon as the loss is not finite, or 10⁸ times larger than at first.
 */
export function descend(
  descent: Descent,
  loss: StepLoss,
  settings: DescentSettings,
  until: number,
  observer?: Observer,
): void {
  requireDescent(settings);
  if (Number.isNaN(until)) requireNumber(until, "until");
  const { point, memory, curve } = descent;
  const { steps, optimiser: kind, clipNorm } = settings;
  const optimiser = createOptimiser(kind, point.length, memory);
  const gradient = gradients.get(descent) ?? new Float64Array(point.length);
  gradients.set(descent, gradient);
  const end = Math.min(until, steps);
  const watch = new Watch(observer, descent.step);
  for (let step = descent.step; step < end; step += 1) {
    const value = loss(point, gradient, step);
    const first = curve[0]?.loss ?? value;
    if (!(Math.abs(value) <= HOPELESS * Math.max(1, Math.abs(first)))) throw new DivergenceError(step, value);
    if (step % CURVE_INTERVAL === 0 || step === steps - 1) curve.push({ step, loss: value });
    watch.look(step, value, point);
    if (clipNorm !== "none") clip(gradient, clipNorm);
    optimiser.step(point, gradient, step);
    descent.step = step + 1;
  }
}
