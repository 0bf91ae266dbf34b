import type { Differentiable } from "../algebra/differentiable";
import { centralHessian, solveDamped } from "./dampedNewton";

/**
 * How far a function of the parameters may be from its value at the minimum of a loss, to first order: a descent ends at `point` where the
 * gradient is g, small but not zero, and known up to rounding e. The minimum is at H⁻¹(g + e) from there, and a function of slope r
 * differs by rᵀH⁻¹(g + e), at most |xᵀg| + |x||e| for x = H⁻¹r. Along a valley H is almost nothing, and the difference is large.
 * @returns that bound for a slope r at `point`.
 */
export function uncertaintyAt(
  loss: Differentiable,
  point: Float64Array,
  difference: number,
): (slope: Float64Array) => number {
  const hessian = centralHessian(loss, point, difference);
  const gradient = new Float64Array(point.length);
  loss(point, gradient);
  const largest = hessian.to1DArray().reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  // Each entry of the gradient is a sum of entries of H times parameters, each rounded.
  const roundings = Array.from(point, (_, i) =>
    point.reduce((sum, x, j) => sum + Math.abs(hessian.get(i, j) * x), 0),
  );
  const rounding = EPSILON * Math.hypot(...roundings);
  return (slope) => {
    // Directions that change no prediction have no curvature, and no slope: beside rounding they count for nothing.
    for (let damping = point.length * EPSILON * largest; damping <= largest; damping *= 4) {
      const x = solveDamped(hessian, slope, damping);
      if (x !== undefined)
        return Math.abs(x.reduce((sum, xi, i) => sum + xi * gradient[i]!, 0)) + rounding * Math.hypot(...x);
    }
    return Number.POSITIVE_INFINITY;
  };
}

const EPSILON = 2 ** -52;
