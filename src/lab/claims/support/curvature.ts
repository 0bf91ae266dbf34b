import type { Differentiable } from "@finetune-icl/core/algebra";
import { Matrix as DenseMatrix, EigenvalueDecomposition } from "ml-matrix";

/** Eigenvalues below this share of the largest belong to directions that the loss does not see. */
const FLAT = 1e-9;

/**
 * The least curvature of a loss at a point among the directions that it sees: the smallest eigenvalue of its Hessian, by central
 * differences of exact gradients, that is not rounding. `flat` is a direction along which the loss is known to be constant, on a curve: where the
 * gradient is small and not zero the straight line that touches the curve has a curvature of that size, which says nothing of the minimum.
 */
export function leastCurvature(loss: Differentiable, point: Float64Array, flat?: Float64Array): number {
  const step = 1e-5;
  const slopesAt = (entry: number, by: number): Float64Array => {
    const moved = Float64Array.from(point);
    moved[entry]! += by;
    const gradient = new Float64Array(point.length);
    loss(moved, gradient);
    return gradient;
  };
  const rows = Array.from(point, (_, entry) => {
    const [plus, minus] = [slopesAt(entry, step), slopesAt(entry, -step)];
    return Array.from(plus, (slope, k) => (slope - minus[k]!) / (2 * step));
  });
  const symmetric = rows.map((row, i) => row.map((x, j) => (x + rows[j]![i]!) / 2));
  const hessian = new DenseMatrix(symmetric);
  const { realEigenvalues } = new EigenvalueDecomposition(
    flat === undefined ? hessian : across(hessian, flat),
    {
      assumeSymmetric: true,
    },
  );
  const largest = Math.max(...realEigenvalues);
  return Math.min(...realEigenvalues.filter((x) => x > FLAT * largest));
}

/** PHP, P the projection that takes a direction to zero. */
function across(hessian: DenseMatrix, direction: Float64Array): DenseMatrix {
  const length = Math.hypot(...direction);
  const unit = DenseMatrix.columnVector(Array.from(direction, (x) => x / length));
  const projection = DenseMatrix.eye(direction.length).sub(unit.mmul(unit.transpose()));
  return projection.mmul(hessian).mmul(projection);
}
