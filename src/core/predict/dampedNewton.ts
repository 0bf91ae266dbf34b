import { readWhole, requireNumber, requireVector } from "@finetune-icl/base";
import { CholeskyDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import type { Differentiable } from "../algebra/differentiable";

/** A descent that ran out of steps. */
export class UnsettledError extends Error {
  override readonly name = "UnsettledError";
}

export interface Descent {
  readonly point: Float64Array;
  readonly value: number;
  /** Euclidean length of the gradient at `point`. */
  readonly gradientNorm: number;
  readonly steps: number;
}

/**
 * Descends from `start` to a local minimum by Newton's method with a damped Hessian, (H + μI) p = −∇ (Levenberg 1944). A
 * large μ follows the gradient; it falls as steps succeed, so that the end is reached quadratically. Directions the function
 * does not see are left alone, because the damping never vanishes.
 *
 * `difference` is the step of the central differences of the gradient that make the Hessian. For a function that is
 * quadratic in every single variable they are exact, whatever the step.
 * It also ends where only rounding is left: after many steps in a row that no longer lower the value by its last bits.
 * @throws InputError naming the setting, or the entry of `start`, that is no finite number.
 * @throws UnsettledError when the gradient is not below `tolerance` after `maxSteps`.
 */
export function dampedNewton(
  differentiable: Differentiable,
  start: Float64Array,
  { tolerance, maxSteps, difference }: { tolerance: number; maxSteps: number; difference: number },
): Descent {
  requireVector(start, "start", start.length);
  requireNumber(tolerance, "tolerance");
  requireNumber(difference, "difference");
  readWhole(maxSteps, "maxSteps", 0);
  const size = start.length;
  let point = Float64Array.from(start);
  let gradient = new Float64Array(size);
  let value = differentiable(point, gradient);
  let damping = 1;
  let idle = 0;
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const gradientNorm = Math.hypot(...gradient);
    if (gradientNorm <= tolerance || idle === IDLE_STEPS) return { point, value, gradientNorm, steps };
    const hessian = centralHessian(differentiable, point, difference);
    for (;;) {
      const step = solveDamped(hessian, gradient, damping);
      const next = step && point.map((x, i) => x - step[i]!);
      const nextGradient = new Float64Array(size);
      const nextValue = next === undefined ? Number.POSITIVE_INFINITY : differentiable(next, nextGradient);
      const better = nextValue < value || (nextValue <= value && Math.hypot(...nextGradient) < gradientNorm);
      if (next !== undefined && better) {
        idle = value - nextValue > 2 ** -50 * Math.abs(value) ? 0 : idle + 1;
        [point, gradient, value] = [next, nextGradient, nextValue];
        damping = Math.max(damping / 4, 1e-12);
        break;
      }
      damping *= 4;
      // Only rounding can refuse a step this small.
      if (damping > 1e12) return { point, value, gradientNorm, steps };
    }
  }
  throw new UnsettledError(
    `descent did not settle in ${maxSteps} steps: the gradient is ${Math.hypot(...gradient)}, wanted ${tolerance}`,
  );
}

/** Newton doubles its digits at every step, so that a descent which still gets anywhere shows it long before. */
const IDLE_STEPS = 30;

/** H by central differences of the gradient. */
export function centralHessian(differentiable: Differentiable, point: Float64Array, h: number): DenseMatrix {
  const size = point.length;
  const moved = Float64Array.from(point);
  const [up, down] = [new Float64Array(size), new Float64Array(size)];
  const hessian = new DenseMatrix(size, size);
  for (let i = 0; i < size; i += 1) {
    moved[i] = point[i]! + h;
    differentiable(moved, up);
    moved[i] = point[i]! - h;
    differentiable(moved, down);
    moved[i] = point[i]!;
    for (let j = 0; j < size; j += 1) hessian.set(i, j, (up[j]! - down[j]!) / (2 * h));
  }
  return hessian;
}

/** (H + μI)⁻¹ ∇, or undefined when H + μI is not positive definite. */
export function solveDamped(
  hessian: DenseMatrix,
  gradient: Float64Array,
  damping: number,
): readonly number[] | undefined {
  const size = gradient.length;
  const damped = new DenseMatrix(size, size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      damped.set(i, j, (hessian.get(i, j) + hessian.get(j, i)) / 2 + (i === j ? damping : 0));
    }
  }
  const factors = new CholeskyDecomposition(damped);
  return factors.isPositiveDefinite()
    ? factors.solve(DenseMatrix.columnVector(gradient)).to1DArray()
    : undefined;
}
