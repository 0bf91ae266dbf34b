import { tokenLength } from "../model/tokens";
import type { RegressionProblem } from "../problem/regressionProblem";
import { ChiSampler } from "./chiSampler";
import { choleskyFactor } from "./promptSampler";
import type { RandomSource } from "./randomSource";

/**
 * Draws the products Su and Sv of the second moment S = Σ_j z_j z_jᵀ of n labelled tokens with two vectors, without S: all
 * that one head of one layer needs of a fresh prompt.
 *
 * In whitened coordinates (see ContextSampler) S holds a Wishart matrix W with n − 1 degrees of freedom, whose distribution no
 * rotation changes. Rotate the first axis to the whitened v and the second into the plane of both: then only the first two
 * columns of the Bartlett factor matter. Below their first two entries they are isotropic, so standard normals minus their
 * part in that plane serve, and no rotation is ever formed.
 */
export class MomentProducts {
  private readonly dimension: number;
  private readonly size: number;
  private readonly root: Float64Array;
  private readonly noise: number;
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private readonly u: Float64Array;
  private readonly v: Float64Array;
  private readonly column: Float64Array;
  private readonly other: Float64Array;

  private readonly normals: Float64Array;
  private readonly t11: ChiSampler;
  private readonly t22: ChiSampler;

  constructor(
    problem: RegressionProblem,
    private readonly shots: number,
  ) {
    const p = problem.dimension + 1;
    this.dimension = problem.dimension;
    this.size = tokenLength(problem.dimension);
    this.root = choleskyFactor(problem);
    this.noise = Math.sqrt(problem.noiseVariance);
    this.normals = new Float64Array(3 * p + 1);
    this.t11 = new ChiSampler(Math.max(0, shots - 1));
    this.t22 = new ChiSampler(Math.max(0, shots - 2));
    [this.first, this.second, this.u, this.v, this.column, this.other] = Array.from(
      { length: 6 },
      () => new Float64Array(p),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  }

  /** Writes Su into `outU` and Sv into `outV` for u and v of length D; S of a new context of the task. */
  draw(
    task: Float64Array,
    random: RandomSource,
    u: Float64Array,
    v: Float64Array,
    outU: Float64Array,
    outV: Float64Array,
  ): void {
    const { shots, normals, first: e1, second: e2, u: a, v: b, column: x, other: y } = this;
    const p = this.dimension + 1;
    if (shots === 0) {
      outU.fill(0);
      outV.fill(0);
      return;
    }
    this.whiten(task, u, a);
    this.whiten(task, v, b);

    // e1 along b, e2 along what a has beside it; a zero vector where there is nothing.
    let bb = 0;
    let ab = 0;
    for (let i = 0; i < p; i += 1) {
      bb += b[i]! * b[i]!;
      ab += a[i]! * b[i]!;
    }
    const lengthB = Math.sqrt(bb);
    const inverseB = bb > 0 ? 1 / lengthB : 0;
    if (bb > 0) for (let i = 0; i < p; i += 1) e1[i] = b[i]! * inverseB;
    else {
      e1.fill(0);
      e1[0] = 1;
      ab = 0;
    }
    const alongA = bb > 0 ? ab * inverseB : a[0]!;
    let rest = 0;
    for (let i = 0; i < p; i += 1) {
      e2[i] = a[i]! - alongA * e1[i]!;
      rest += e2[i]! * e2[i]!;
    }
    // Of parallel vectors only rounding is left, which has a part along e1: no direction to trust.
    if (rest <= 1e-20 * (rest + alongA * alongA)) rest = 0;
    const lengthRest = Math.sqrt(rest);
    const inverseRest = rest > 0 ? 1 / lengthRest : 0;
    for (let i = 0; i < p; i += 1) e2[i]! *= inverseRest;

    // The first two columns of the Bartlett factor, in the original axes.
    random.normals(normals, normals.length);
    const t11 = this.t11.next(random);
    const t21 = normals[3 * p]!;
    const t22 = this.t22.next(random);
    if (shots > 1) this.complement(0, t11, t21, x);
    else x.fill(0);
    if (shots > 2) this.complement(p, 0, t22, y);
    else y.fill(0);

    // W b = |b| t11 x, W e2 = t21 x + t22 y; the mean adds g gᵀ, and √n g for the constant slot.
    let ga = 0;
    let gb = 0;
    for (let i = 0; i < p; i += 1) {
      const gi = normals[2 * p + i]!;
      ga += gi * a[i]!;
      gb += gi * b[i]!;
    }
    const root = Math.sqrt(shots);
    const [u0, v0] = [u[0]!, v[0]!];
    const xOfA = alongA * t11 + lengthRest * t21;
    const yOfA = lengthRest * t22;
    const xOfB = lengthB * t11;
    const [gOfA, gOfB] = [ga + root * u0, gb + root * v0];
    for (let i = 0; i < p; i += 1) {
      const xi = x[i]!;
      const gi = normals[2 * p + i]!;
      a[i] = xOfA * xi + yOfA * y[i]! + gOfA * gi;
      b[i] = xOfB * xi + gOfB * gi;
    }
    outU[0] = shots * u0 + root * ga;
    outV[0] = shots * v0 + root * gb;
    this.colour(task, a, outU);
    this.colour(task, b, outV);
  }

  /** c1 e1 + c2 e2 + a standard normal in the complement of both, from the normals that start at `from`. */
  private complement(from: number, c1: number, c2: number, out: Float64Array): void {
    const { first: e1, second: e2, normals } = this;
    const p = this.dimension + 1;
    let s1 = c1;
    let s2 = c2;
    for (let i = 0; i < p; i += 1) {
      s1 -= normals[from + i]! * e1[i]!;
      s2 -= normals[from + i]! * e2[i]!;
    }
    for (let i = 0; i < p; i += 1) out[i] = normals[from + i]! + s1 * e1[i]! + s2 * e2[i]!;
  }

  /** Bᵀw for the token z = (1, Be), B = [L, 0; θᵀL, σ]: w's slots of covariates and label in whitened coordinates. */
  private whiten(task: Float64Array, w: Float64Array, out: Float64Array): void {
    const { dimension: d, root } = this;
    const label = w[this.size - 1]!;
    for (let k = 0; k < d; k += 1) {
      let sum = 0;
      for (let i = k; i < d; i += 1) sum += root[i * d + k]! * (w[i + 1]! + label * task[i]!);
      out[k] = sum;
    }
    out[d] = this.noise * label;
  }

  /** Be, written behind the constant slot. */
  private colour(task: Float64Array, e: Float64Array, out: Float64Array): void {
    const { dimension: d, root } = this;
    let label = this.noise * e[d]!;
    for (let i = 0, row = 0; i < d; i += 1, row += d) {
      let sum = 0;
      for (let k = 0; k <= i; k += 1) sum += root[row + k]! * e[k]!;
      out[i + 1] = sum;
      label += task[i]! * sum;
    }
    out[d + 1] = label;
  }
}
