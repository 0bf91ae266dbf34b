import { labelSlot, tokenLength } from "../model/tokens";
import type { RegressionProblem } from "../problem/regressionProblem";
import { ChiSampler } from "./chiSampler";
import { choleskyFactor } from "./promptSampler";
import type { RandomSource } from "./randomSource";

/**
 * How the labelled tokens of a prompt are drawn: one by one, or only what linear attention sees of them, their second
 * moment Σ_j z_j z_jᵀ, at a cost that does not grow with their number.
 */
export type Sampling = "tokens" | "moments";
export const SAMPLINGS = ["tokens", "moments"] as const satisfies readonly Sampling[];

/**
 * Draws rows g of length D with Σ g gᵀ = Σ_j z_j z_jᵀ: with "tokens" the n labelled tokens themselves, with "moments" at
 * most D rows whose sum of squares has the same distribution.
 *
 * Why that is enough: a layer of linear attention maps Z to Z(I + A)ᵀ with A a function of ZᵀZ, so the prediction of any
 * number of layers depends on the labelled tokens through ZᵀZ only. Why the distribution is the same: in whitened
 * coordinates e = (L⁻¹x, ε/σ) of length p = d + 1 the mean ē = g/√n is independent of the scatter Σ_j (e_j−ē)(e_j−ē)ᵀ, which is
 * Wishart with n − 1 degrees of freedom, hence TTᵀ with T lower trapezoidal, p × min(p, n−1): T_ii ~ χ_{n−1−i} for
 * i = 0, 1, …, and standard normals below (Bartlett 1933; for n − 1 < p Srivastava 2003, "Singular Wishart and multivariate
 * beta distributions"). The rows are the columns of T with constant slot 0, and (√n, g).
 */
export class ContextSampler {
  readonly size: number;
  private readonly dimension: number;
  private readonly root: Float64Array;
  private readonly noise: number;
  private readonly whitened: Float64Array;
  private readonly normals: Float64Array;
  private readonly chis = new Map<number, ChiSampler>();

  constructor(
    problem: RegressionProblem,
    readonly sampling: Sampling,
  ) {
    this.dimension = problem.dimension;
    this.size = tokenLength(problem.dimension);
    this.root = choleskyFactor(problem);
    this.noise = Math.sqrt(problem.noiseVariance);
    const p = problem.dimension + 1;
    this.whitened = new Float64Array(p);
    this.normals = new Float64Array((p * (p + 1)) / 2 + p);
  }

  /** How many rows stand for n labelled tokens. */
  rows(shots: number): number {
    return this.sampling === "tokens" ? shots : Math.min(shots, this.size);
  }

  /** Draws a context of the task into `out`, row by row from position `at`. */
  draw(task: Float64Array, shots: number, random: RandomSource, out: Float64Array, at: number): void {
    if (shots === 0) return;
    const { size, whitened: e, normals } = this;
    const p = this.dimension + 1;
    if (this.sampling === "tokens") {
      for (let j = 0; j < shots; j += 1) {
        random.normals(e, p);
        this.write(1, 0, task, out, at + j * size);
      }
      return;
    }
    const columns = Math.min(p, shots - 1);
    random.normals(normals, (columns * (2 * p - 1 - columns)) / 2 + p);
    let next = 0;
    for (let k = 0; k < columns; k += 1) {
      e[k] = this.chi(shots - 1 - k).next(random);
      for (let i = k + 1; i < p; i += 1, next += 1) e[i] = normals[next]!;
      this.write(0, k, task, out, at + k * size);
    }
    for (let i = 0; i < p; i += 1, next += 1) e[i] = normals[next]!;
    this.write(Math.sqrt(shots), 0, task, out, at + columns * size);
  }

  private chi(degrees: number): ChiSampler {
    const known = this.chis.get(degrees);
    if (known !== undefined) return known;
    const made = new ChiSampler(degrees);
    this.chis.set(degrees, made);
    return made;
  }

  /** Draws a query token (1, x, 0) into `out` and returns its label. */
  drawQuery(task: Float64Array, random: RandomSource, out: Float64Array, at: number): number {
    const label = at + labelSlot(this.dimension);
    random.normals(this.whitened, this.dimension + 1);
    this.write(1, 0, task, out, at);
    const y = out[label]!;
    out[label] = 0;
    return y;
  }

  /** The row (constant, L e, θᵀL e + σ e_{d+1}); the entries of e before `from` are taken as zero. */
  private write(constant: number, from: number, task: Float64Array, out: Float64Array, at: number): void {
    const { dimension: d, root, whitened: e } = this;
    out[at] = constant;
    let label = this.noise * e[d]!;
    for (let i = 0; i < d; i += 1) {
      let sum = 0;
      for (let k = from, row = i * d; k <= i; k += 1) sum += root[row + k]! * e[k]!;
      out[at + 1 + i] = sum;
      label += task[i]! * sum;
    }
    out[at + d + 1] = label;
  }
}
