import type { Vector } from "@finetune-icl/core/algebra";
import { FastRisk, type PackedParameters, pack, unpack, zeroParameters } from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import type { RegressionProblem } from "@finetune-icl/core/problem";

/** One point of a path of gradient flow. */
export interface FlowPoint {
  readonly time: number;
  readonly parameters: AttentionParameters;
}

/** Error allowed in one step, relative to parameters of size one: far below what a figure shows. */
const TOLERANCE = 1e-5;
const SETTLED = 1e-8;
const MOST_STEPS = 3000;

/**
 * Gradient flow dv/dt = −∂R/∂v, dM/dt = −∂R/∂M on the exact zero-shot risk R(0, θ₀), from `start` until the risk is within
 * 1e-8 of the noise, its minimum, or time runs out. Method: Bogacki and Shampine's pair of orders 3 and 2, with a step as long as the error
 * allows. The path is that of all parameters of one layer with a merged key-query matrix.
 */
export function gradientFlowPath(
  problem: RegressionProblem,
  targetTask: Vector,
  start: AttentionParameters,
  longest = 200,
): readonly FlowPoint[] {
  const engine = new FastRisk(problem);
  const task = Float64Array.from(targetTask);
  const size = start.value.length;
  const length = size + size * size;
  const shaped = (flat: Float64Array): PackedParameters => ({
    value: flat.subarray(0, size),
    keyQuery: flat.subarray(size),
  });
  const gradient = zeroParameters(size);
  const slope = (at: Float64Array, into: Float64Array): number => {
    const risk = engine.riskAndGradient(task, 0, shaped(at), gradient);
    for (let i = 0; i < size; i += 1) into[i] = -gradient.value[i]!;
    for (let i = 0; i < size * size; i += 1) into[size + i] = -gradient.keyQuery[i]!;
    return risk - problem.noiseVariance;
  };

  const packed = pack(start);
  let y = Float64Array.from([...packed.value, ...packed.keyQuery]);
  const path: FlowPoint[] = [{ time: 0, parameters: start }];
  const stage = new Float64Array(length);
  const [k1, k2, k3, k4] = [0, 0, 0, 0].map(() => new Float64Array(length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let excess = slope(y, k1);
  let time = 0;
  let step = 1e-3;
  for (let count = 0; count < MOST_STEPS && time < longest && excess > SETTLED; count += 1) {
    for (let i = 0; i < length; i += 1) stage[i] = y[i]! + (step / 2) * k1[i]!;
    slope(stage, k2);
    for (let i = 0; i < length; i += 1) stage[i] = y[i]! + ((3 * step) / 4) * k2[i]!;
    slope(stage, k3);
    const next = new Float64Array(length);
    for (let i = 0; i < length; i += 1) {
      next[i] = y[i]! + (step / 9) * (2 * k1[i]! + 3 * k2[i]! + 4 * k3[i]!);
    }
    const nextExcess = slope(next, k4);
    let error = 0;
    for (let i = 0; i < length; i += 1) {
      error += ((step / 72) * (-5 * k1[i]! + 6 * k2[i]! + 8 * k3[i]! - 9 * k4[i]!)) ** 2;
    }
    const share = Math.sqrt(error) / TOLERANCE;
    if (share <= 1) {
      time += step;
      y = next;
      excess = nextExcess;
      k1.set(k4);
      path.push({ time, parameters: unpack(shaped(y)) });
    }
    step *= Math.min(3, Math.max(0.2, 0.9 / Math.cbrt(Math.max(share, 1e-12))));
  }
  return path;
}
