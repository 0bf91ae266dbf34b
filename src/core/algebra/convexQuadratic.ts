import { requireMatrix, requireNumber, requireVector } from "@finetune-icl/base";
import { factorLdl } from "./definiteness";
import type { Matrix, Vector } from "./matrix";
import type { NumberField } from "./numberField";

/** The function xᵀAx − 2bᵀx + c of k variables, A symmetric. */
export interface Quadratic<T> {
  /** A: k × k. */
  readonly curvature: Matrix<T>;
  /** b: length k. */
  readonly slope: Vector<T>;
  readonly constant: T;
}

/** That A is k × k, b of length k, and every number finite. @returns k. @throws InputError naming the part. */
function requireQuadratic<T>({ curvature, slope, constant }: Quadratic<T>): number {
  const size = curvature.length;
  requireMatrix(curvature, "curvature", size);
  requireVector(slope, "slope", size);
  requireNumber(constant, "constant");
  return size;
}

export interface QuadraticMinimum<T> {
  /** One minimiser; components that the quadratic does not see are zero. */
  readonly point: Vector<T>;
  readonly value: T;
}

/**
 * The minimum of a convex quadratic by the factorisation A = L D Lᵀ, which also proves convexity: exact over the rationals.
 * Undefined when A is indefinite, or when the quadratic falls without bound along a direction that A does not see.
 * @throws InputError naming the part of the quadratic whose size does not fit or that holds what is no finite number.
 * @example
 * const bowl = { curvature: [[2, 0], [0, 1]], slope: [2, 3], constant: 1 };
 * console.log(minimiseQuadratic(FLOAT, bowl)); // { point: [ 1, 3 ], value: -10 }
 */
export function minimiseQuadratic<T>(
  field: NumberField<T>,
  { curvature, slope, constant }: Quadratic<T>,
): QuadraticMinimum<T> | undefined {
  requireQuadratic({ curvature, slope, constant });
  const factors = factorLdl(field, curvature);
  if (factors === undefined) return undefined;
  const { lower, pivots } = factors;
  // L y = b, then D z = y, then Lᵀ x = z; the minimum is c − yᵀz.
  const y: T[] = [];
  const z: T[] = [];
  let value = constant;
  for (const [i, b] of slope.entries()) {
    let sum = b;
    for (let k = 0; k < i; k += 1) sum = field.subtract(sum, field.multiply(lower[i]![k]!, y[k]!));
    y.push(sum);
    const pivot = pivots[i]!;
    const free = field.sign(pivot) === 0;
    if (free && !negligible(field, sum, b)) return undefined;
    z.push(free ? field.zero : field.divide(sum, pivot));
    value = field.subtract(value, field.multiply(sum, z[i]!));
  }
  const point = [...z];
  for (let i = point.length - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < point.length; k += 1) {
      point[i] = field.subtract(point[i]!, field.multiply(lower[k]![i]!, point[k]!));
    }
  }
  return { point, value };
}

/** Zero over the rationals; over floats, zero up to the rounding of a sum whose terms are as large as `scale`. */
function negligible<T>(field: NumberField<T>, value: T, scale: T): boolean {
  if (field.name !== "float") return field.sign(value) === 0;
  return Math.abs(field.toNumber(value)) <= 2 ** -36 * (1 + Math.abs(field.toNumber(scale)));
}

/** xᵀAx − 2bᵀx + c. @throws InputError as {@link minimiseQuadratic}, or naming `point`. */
export function evaluateQuadratic<T>(field: NumberField<T>, quadratic: Quadratic<T>, point: Vector<T>): T {
  requireVector(point, "point", requireQuadratic(quadratic));
  const { curvature, slope, constant } = quadratic;
  return curvature.reduce((sum, row, i) => {
    const reaction = row.reduce((s, a, j) => field.add(s, field.multiply(a, point[j]!)), field.zero);
    const pull = field.subtract(field.subtract(reaction, slope[i]!), slope[i]!);
    return field.add(sum, field.multiply(point[i]!, pull));
  }, constant);
}

/** Ax − b, half the gradient. @throws InputError as {@link evaluateQuadratic}. */
export function halfGradient<T>(field: NumberField<T>, quadratic: Quadratic<T>, point: Vector<T>): Vector<T> {
  requireVector(point, "point", requireQuadratic(quadratic));
  const { curvature, slope } = quadratic;
  return curvature.map((row, i) =>
    row.reduce(
      (sum, a, j) => field.add(sum, field.multiply(a, point[j]!)),
      field.subtract(field.zero, slope[i]!),
    ),
  );
}
