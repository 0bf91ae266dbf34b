import { InputError, requireNumber, requireVector } from "@finetune-icl/base";
import type { Differentiable } from "../algebra/differentiable";
import { type Observer, seeEnd, Watch } from "./observer";

/** How closely gradient flow is followed, and how far. */
export interface FlowSettings {
  /** The flow has come to rest when the gradient is shorter than this. */
  readonly gradientTolerance: number;
  /** Largest error of one step in any variable, relative to its size or to 1. */
  readonly stepTolerance: number;
  /** Where to stop in any case; one unit of time is one unit of gradient descent with rate 1. */
  readonly maxTime: number;
}

/** Where gradient flow came to rest, or was when its time was up. */
export interface FlowEnd {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  readonly time: number;
  readonly steps: number;
  /** Whether the gradient fell below its tolerance. */
  readonly settled: boolean;
}

/** What is taken unless told. */
export const FLOW_DEFAULTS: FlowSettings = { gradientTolerance: 1e-9, stepTolerance: 1e-12, maxTime: 1e4 };

// Dormand and Prince (1980): order 5 with an embedded solution of order 4 for the error; the last stage is the next first.
const STAGES: readonly (readonly number[])[] = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/**
 * Follows gradient flow, dp/dt = −∇, from `start` until it comes to rest or its time is up, by an embedded Runge-Kutta pair
 * that keeps the error of every step below the tolerance. Written here and not taken from mathjs, whose solver stores every
 * step of a path that may have millions. An observer's moments are met exactly: a step that would pass one is shortened.
 * @throws InputError naming the setting, or the entry of `start`, that is no finite number.
 * @example
 * const bowl = (point: Float64Array, gradient: Float64Array): number => {
 *   gradient[0] = 2 * point[0]!;
 *   return point[0]! ** 2;
 * };
 * const { settled, point } = followGradientFlow(bowl, Float64Array.of(1));
 * console.log(settled, Math.abs(point[0]!) < 1e-8); // true true
 */
export function followGradientFlow(
  loss: Differentiable,
  start: Float64Array,
  settings: Partial<FlowSettings> = {},
  observer?: Observer,
): FlowEnd {
  const { gradientTolerance, stepTolerance, maxTime } = { ...FLOW_DEFAULTS, ...settings };
  for (const [name, value] of Object.entries({ gradientTolerance, stepTolerance, maxTime }))
    requireNumber(value, name);
  // No step has an error of zero: the flow would make its steps smaller without end.
  if (!(stepTolerance > 0)) throw new InputError("stepTolerance", stepTolerance, "a positive number");
  const size = start.length;
  requireVector(start, "start", size);
  let point = Float64Array.from(start);
  let trial = new Float64Array(size);
  const slopes = Array.from({ length: 7 }, () => new Float64Array(size));
  let value = loss(point, slopes[0]!);
  let time = 0;
  let step = 1e-3;
  const watch = new Watch(observer, 0);
  for (let steps = 0; ; steps += 1) {
    const gradientNorm = euclidean(slopes[0]!);
    const settled = gradientNorm <= gradientTolerance;
    if (settled || time >= maxTime || step < 1e-14) {
      seeEnd(observer, { at: time, loss: value, point });
      return { point, value, gradientNorm, time, steps, settled };
    }
    watch.look(time, value, point);
    step = Math.min(step, maxTime - time);
    const length = Math.min(step, watch.next - time);
    let next = value;
    STAGES.forEach((weights, stage) => {
      for (let i = 0; i < size; i += 1) {
        let move = 0;
        for (let k = 0; k <= stage; k += 1) move += weights[k]! * slopes[k]![i]!;
        trial[i] = point[i]! - length * move;
      }
      next = loss(trial, slopes[stage + 1]!);
    });
    let error = 0;
    for (let i = 0; i < size; i += 1) {
      let part = 0;
      for (let k = 0; k < 7; k += 1) part += ERROR[k]! * slopes[k]![i]!;
      error = Math.max(error, Math.abs(length * part) / Math.max(1, Math.abs(point[i]!)));
    }
    // A step that leaves the finite numbers has an infinite error.
    const ratio = Number.isFinite(next) ? error / stepTolerance : Number.POSITIVE_INFINITY;
    if (ratio <= 1) {
      time = length < step ? watch.next : time + length;
      value = next;
      [point, trial] = [trial, point];
      [slopes[0], slopes[6]] = [slopes[6]!, slopes[0]!];
    }
    // A step that was shortened and taken says nothing against the length planned.
    if (length === step || ratio > 1) step = length * Math.min(5, Math.max(0.2, 0.9 * ratio ** -0.2));
  }
}

function euclidean(vector: Float64Array): number {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Math.sqrt(sum);
}
