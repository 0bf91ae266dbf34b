import type { AttentionParameters } from "@finetune-icl/core/model";

/** What decides the flow: d, Γ = γI and the Euclidean length of θ₀. */
export interface FlowProblem {
  readonly dimension: number;
  readonly blockScale: number;
  readonly targetLength: number;
}

/**
 * One point of the path. The target lies along the first axis and all else is isotropic, so that every symmetry of the start is kept: v_x has
 * one entry, M is diagonal with one entry for the constant, one along the target and one that all other axes share; nothing else moves.
 */
export interface FlowPoint {
  readonly time: number;
  /** v_x along the target. */
  readonly value: number;
  /** M₀₀. */
  readonly constant: number;
  /** Entry of M_xx along the target. */
  readonly along: number;
  /** The d − 1 other diagonal entries of M_xx. */
  readonly across: number;
  /** R(0, θ₀) − σ². */
  readonly excess: number;
}

export interface FlowPath {
  readonly points: readonly FlowPoint[];
  /** Whether the excess risk fell below its tolerance, and not the number of steps out. */
  readonly settled: boolean;
}

/** Error allowed in one step, for parameters of size one: below what a figure shows. */
const STEP_TOLERANCE = 2e-6;
/** The flow has come to rest when the excess risk is this share of what it was at the start, ‖θ₀‖². */
const REST = 1e-9;
const MOST_STEPS = 5000;

/**
 * Gradient flow dv/dt = −∂R/∂v, dM/dt = −∂R/∂M on the exact zero-shot risk R(0, θ₀), Σ = I, from the pretrained point until it comes to rest. With
 * the score (c + p x₁² + q s) and the content a x₁, where s = x₂² + … + x_d², Gaussian moments give
 * R − σ² = a² uᵀKu − 2aL eᵀu + L² in u = (c, p, q√(d−1)), coordinates in which the flow of all entries is again a gradient flow.
 * Method: the Rosenbrock pair of Shampine and Reichelt ("The MATLAB ODE Suite", 1997), because the value row is hundreds of times faster than
 * the block: a step is as long as the slow motion allows.
 */
export function gradientFlowPath({ dimension, blockScale, targetLength }: FlowProblem): FlowPath {
  const k = dimension - 1;
  const root = Math.sqrt(k);
  const loss = reducedLoss(k, targetLength);
  let y: Four = [0, 0, blockScale, blockScale * root];
  const at = (time: number, [value, constant, along, across]: Four, excess: number): FlowPoint => ({
    time,
    value,
    constant,
    along,
    across: across / root,
    excess,
  });
  let { excess, slope, hessian } = loss(y);
  const points = [at(0, y, excess)];
  const rest = REST * targetLength ** 2;
  let time = 0;
  let step = 1e-3;
  for (let count = 0; count < MOST_STEPS && excess > rest; count += 1) {
    const trial = rosenbrockStep(y, slope, hessian, step, (point) => loss(point).slope);
    const share = trial.error / STEP_TOLERANCE;
    if (share <= 1) {
      time += step;
      y = trial.point;
      ({ excess, slope, hessian } = loss(y));
      points.push(at(time, y, excess));
    }
    step *= Math.min(4, Math.max(0.2, 0.9 / Math.cbrt(Math.max(share, 1e-9))));
  }
  return { points, settled: excess <= rest };
}

/** All entries of the parameters at a point of the path. */
export function flowParameters(
  { value, constant, along, across }: FlowPoint,
  dimension: number,
): AttentionParameters {
  const diagonal = [constant, along, ...Array<number>(dimension - 1).fill(across), 0];
  return {
    value: [0, value, ...Array<number>(dimension - 1).fill(0), 1],
    keyQuery: diagonal.map((entry, i) => diagonal.map((_, j) => (i === j ? entry : 0))),
  };
}

type Four = readonly [number, number, number, number];
type Matrix4 = readonly [Four, Four, Four, Four];

interface LossAt {
  readonly excess: number;
  /** Minus the gradient: where the flow goes. */
  readonly slope: Four;
  readonly hessian: Matrix4;
}

function reducedLoss(k: number, length: number): (point: Four) => LossAt {
  const root = Math.sqrt(k);
  // E x₁⁴ = 3, E x₁⁶ = 15, E s = k, E s² = k(k + 2).
  return ([a, c, p, q]) => {
    const kc = c + 3 * p + root * q;
    const kp = 3 * c + 15 * p + 3 * root * q;
    const kq = root * c + 3 * root * p + (k + 2) * q;
    const square = c * kc + p * kp + q * kq;
    const mean = c + 3 * p + root * q;
    const [m, l] = [2 * a * a, 2 * a * length];
    const mixed = [4 * a * kc - 2 * length, 4 * a * kp - 6 * length, 4 * a * kq - 2 * length * root] as const;
    return {
      excess: a * a * square - l * mean + length * length,
      slope: [2 * (length * mean - a * square), l - m * kc, 3 * l - m * kp, root * l - m * kq],
      hessian: [
        [2 * square, ...mixed],
        [mixed[0], m, 3 * m, root * m],
        [mixed[1], 3 * m, 15 * m, 3 * root * m],
        [mixed[2], root * m, 3 * root * m, (k + 2) * m],
      ],
    };
  };
}

const combine = (a: Four, ...terms: readonly (readonly [number, Four])[]): Four =>
  terms.reduce<Four>(
    (sum, [factor, b]) => [
      sum[0] + factor * b[0],
      sum[1] + factor * b[1],
      sum[2] + factor * b[2],
      sum[3] + factor * b[3],
    ],
    a,
  );

const THIRD = 6 + Math.SQRT2;
const SHIFT = 1 / (2 + Math.SQRT2);

function rosenbrockStep(
  y: Four,
  slope: Four,
  hessian: Matrix4,
  step: number,
  slopeAt: (point: Four) => Four,
): { readonly point: Four; readonly error: number } {
  const solve = solver(hessian, step * SHIFT);
  const first = solve(slope);
  const middle = slopeAt(combine(y, [step / 2, first]));
  const second = combine(solve(combine(middle, [-1, first])), [1, first]);
  const point = combine(y, [step, second]);
  const third = solve(combine(slopeAt(point), [-THIRD, second], [THIRD, middle], [-2, first], [2, slope]));
  const error = (step / 6) * Math.hypot(...combine(first, [-2, second], [1, third]));
  return { point, error: Number.isFinite(error) ? error : Number.POSITIVE_INFINITY };
}

/** Solves (I + factor·H) x = b by elimination with pivots, since far from the minimum H is not definite. */
function solver(hessian: Matrix4, factor: number): (b: Four) => Four {
  const rows = hessian.map((row, i) => row.map((entry, j) => factor * entry + (i === j ? 1 : 0)));
  const order = [0, 1, 2, 3];
  for (let column = 0; column < 4; column += 1) {
    let pivot = column;
    for (let i = column + 1; i < 4; i += 1) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    [order[column], order[pivot]] = [order[pivot]!, order[column]!];
    for (let i = column + 1; i < 4; i += 1) {
      const ratio = rows[i]![column]! / rows[column]![column]!;
      rows[i]![column] = ratio;
      for (let j = column + 1; j < 4; j += 1) rows[i]![j]! -= ratio * rows[column]![j]!;
    }
  }
  return (b) => {
    const x = order.map((from) => b[from]!);
    for (let i = 1; i < 4; i += 1) for (let j = 0; j < i; j += 1) x[i]! -= rows[i]![j]! * x[j]!;
    for (let i = 3; i >= 0; i -= 1) {
      for (let j = i + 1; j < 4; j += 1) x[i]! -= rows[i]![j]! * x[j]!;
      x[i]! /= rows[i]![i]!;
    }
    return x as unknown as Four;
  };
}
