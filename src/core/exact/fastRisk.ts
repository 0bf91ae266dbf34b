import { FLOAT } from "../algebra/numberField";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";
import { requireLength } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { addScaled, dot, product, symmetricTimes } from "./kernels";
import type { PackedParameters } from "./packedParameters";

/**
 * The exact risk of {@link exactRisk} on flat arrays, with its exact gradient in v and M: O(d³) for any number of shots,
 * nothing allocated per call. One instance serves one problem and one caller at a time, because it keeps its workspace.
 *
 * The names follow EXACT_RISK: M₀₀ and A are the constant and (symmetric) quadratic part of the query's score for itself,
 * m its linear part; s = Σφ with φ = v_x + wθ; `bar` marks the derivative of the risk in a quantity (reverse mode).
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const engine = new FastRisk(problem);
 * const parameters = pack(pretrainedParameters(FLOAT, problem, pretraining));
 * console.log(engine.risk(Float64Array.of(1, 0), 20, parameters).toFixed(6)); // 0.237931
 */
export class FastRisk {
  readonly dimension: number;
  private readonly noiseVariance: number;
  private readonly covariance: Float64Array;
  private readonly vectors: Readonly<Record<VectorName, Float64Array>>;
  private readonly matrices: Readonly<Record<MatrixName, Float64Array>>;

  constructor(problem: RegressionProblem) {
    requireProblem(problem);
    const d = problem.dimension;
    this.dimension = d;
    this.noiseVariance = problem.noiseVariance;
    this.covariance = Float64Array.from(problem.covariance.flat());
    this.vectors = workspace(VECTOR_NAMES, d);
    this.matrices = workspace(MATRIX_NAMES, d * d);
  }

  /** R(n, θ) in squared label units; `task` has length d, the parameters are for D = d + 2. @throws InputError */
  risk(task: Float64Array, shots: ShotCount, parameters: PackedParameters): number {
    return this.forward(task, shots, parameters).risk;
  }

  /** R(n, θ), and its gradient in every entry of v and M, written into `gradient`. */
  riskAndGradient(
    task: Float64Array,
    shots: ShotCount,
    parameters: PackedParameters,
    gradient: PackedParameters,
  ): number {
    const scalars = this.forward(task, shots, parameters);
    this.backward(task, parameters, scalars, gradient);
    return scalars.risk;
  }

  private forward(task: Float64Array, shots: ShotCount, { value, keyQuery }: PackedParameters): Scalars {
    const { dimension: d, covariance: S, noiseVariance, vectors: V, matrices: X } = this;
    const D = tokenLength(d);
    // Lengths only: a training loop may pass through numbers that are not finite, and must see them.
    requireLength(task, "task", d);
    requireLength(value, "value", D);
    requireLength(keyQuery, "keyQuery", D * D);
    const y = labelSlot(d);
    const { contextShare: a, queryShare: b } = tokenShares(FLOAT, shots);
    const v0 = value[CONSTANT_SLOT]!;
    const w = value[y]!;
    const M00 = keyQuery[0]!;
    const My0 = keyQuery[y * D]!;

    for (let i = 0; i < d; i += 1) {
      const row = (i + FIRST_COVARIATE_SLOT) * D;
      V.valueVector[i] = value[i + FIRST_COVARIATE_SLOT]!;
      V.phi[i] = V.valueVector[i]! + w * task[i]!;
      V.firstRow[i] = keyQuery[i + FIRST_COVARIATE_SLOT]!;
      V.labelRow[i] = keyQuery[y * D + i + FIRST_COVARIATE_SLOT]!;
      V.scoreVector[i] = V.firstRow[i]! + keyQuery[row]!;
      V.readerConstant[i] = keyQuery[row]! + My0 * task[i]!;
      for (let j = 0; j < d; j += 1) {
        const direct = keyQuery[row + j + FIRST_COVARIATE_SLOT]!;
        const mirrored = keyQuery[(j + FIRST_COVARIATE_SLOT) * D + i + FIRST_COVARIATE_SLOT]!;
        X.score[i * d + j] = (direct + mirrored) / 2;
        X.reader[i * d + j] = direct + task[i]! * keyQuery[y * D + j + FIRST_COVARIATE_SLOT]!;
      }
    }

    // Averages over one labelled token.
    symmetricTimes(S, V.phi, V.s, d);
    const labelCovariance = dot(task, V.s, d) + w * noiseVariance;
    const valueSpread = dot(V.phi, V.s, d) + w * w * noiseVariance;
    let r0 = labelCovariance * My0;
    for (let j = 0; j < d; j += 1) V.r[j] = labelCovariance * V.labelRow[j]!;
    for (let i = 0; i < d; i += 1) {
      const row = (i + FIRST_COVARIATE_SLOT) * D;
      const si = V.s[i]!;
      r0 += si * keyQuery[row]!;
      for (let j = 0; j < d; j += 1) V.r[j]! += si * keyQuery[row + j + FIRST_COVARIATE_SLOT]!;
    }

    // The mean prediction minus the label: even part, then odd part.
    product(X.score, S, X.scoreSigma, d);
    let t = 0;
    let t2 = 0;
    for (let i = 0; i < d; i += 1) {
      t += X.scoreSigma[i * d + i]!;
      for (let j = 0; j < d; j += 1) t2 += X.scoreSigma[i * d + j]! * X.scoreSigma[j * d + i]!;
    }
    symmetricTimes(S, V.valueVector, V.sv, d);
    symmetricTimes(S, V.scoreVector, V.sm, d);
    symmetricTimes(X.score, V.sv, V.p, d);
    symmetricTimes(S, V.p, V.sp, d);
    const mv = dot(V.scoreVector, V.sv, d);
    const mm = dot(V.scoreVector, V.sm, d);
    const vv = dot(V.valueVector, V.sv, d);
    const mp = dot(V.sm, V.p, d);
    const evenMean = a * (v0 * M00 + r0) + b * (v0 * (M00 + t) + mv);
    const evenSpread = b * b * (2 * v0 * v0 * t2 + 4 * v0 * mp + mv * mv + mm * vv);
    for (let i = 0; i < d; i += 1) {
      V.beta[i] =
        a * (v0 * V.firstRow[i]! + V.r[i]!) +
        b * (M00 * V.valueVector[i]! + v0 * V.scoreVector[i]!) -
        task[i]!;
    }
    symmetricTimes(S, V.beta, V.sbeta, d);
    const betaV = dot(V.beta, V.sv, d);
    const vp = dot(V.sv, V.p, d);
    const odd =
      dot(V.beta, V.sbeta, d) +
      2 * b * (t * betaV + 2 * dot(V.sbeta, V.p, d)) +
      b * b * ((t * t + 2 * t2) * vv + 4 * t * vp + 8 * dot(V.p, V.sp, d));

    // The variance that the labelled tokens add.
    symmetricTimes(S, V.firstRow, V.sn, d);
    symmetricTimes(S, V.r, V.sr, d);
    symmetricTimes(S, V.readerConstant, V.sreader, d);
    symmetricTimes(S, V.labelRow, V.slabel, d);
    product(S, X.reader, X.scratch, d);
    product(X.scratch, S, X.readerSigma, d);
    const u0Square = M00 * M00 + dot(V.firstRow, V.sn, d);
    const u0Reader = M00 * r0 + dot(V.sn, V.r, d);
    const readerSpread =
      dot(V.readerConstant, V.sreader, d) +
      noiseVariance * (My0 * My0 + dot(V.labelRow, V.slabel, d)) +
      dot(X.readerSigma, X.reader, d * d);
    const variance =
      (u0Square + readerSpread) * valueSpread +
      2 * v0 * u0Reader +
      v0 * v0 * readerSpread +
      r0 * r0 +
      dot(V.r, V.sr, d);

    const risk = noiseVariance + evenMean * evenMean + evenSpread + odd + a * b * variance;
    return {
      risk,
      a,
      b,
      r0,
      t,
      t2,
      mv,
      mm,
      vv,
      mp,
      vp,
      betaV,
      evenMean,
      labelCovariance,
      valueSpread,
      u0Square,
      u0Reader,
      readerSpread,
    };
  }

  private backward(
    task: Float64Array,
    { value, keyQuery }: PackedParameters,
    c: Scalars,
    { value: valueBar, keyQuery: keyQueryBar }: PackedParameters,
  ): void {
    const { dimension: d, covariance: S, noiseVariance, vectors: V, matrices: X } = this;
    const { a, b, t } = c;
    const D = tokenLength(d);
    const y = labelSlot(d);
    const v0 = value[CONSTANT_SLOT]!;
    const w = value[y]!;
    const M00 = keyQuery[0]!;
    const My0 = keyQuery[y * D]!;
    const meanBar = 2 * c.evenMean;
    const spreadBar = a * b * (c.valueSpread + v0 * v0);

    // Scalars first.
    const tBar = meanBar * b * v0 + 2 * b * c.betaV + b * b * (2 * t * c.vv + 4 * c.vp);
    const t2Bar = 2 * b * b * (v0 * v0 + c.vv);
    const vvBar = b * b * (c.mm + t * t + 2 * c.t2);
    const mvBar = 2 * b * b * c.mv + meanBar * b;
    const mpBar = 4 * b * b * v0;
    const r0Bar = a * meanBar + 2 * a * b * (v0 * M00 + c.r0);
    let v0Bar =
      meanBar * (a * M00 + b * (M00 + t)) +
      4 * b * b * (v0 * c.t2 + c.mp) +
      2 * a * b * (c.u0Reader + v0 * c.readerSpread);
    let M00Bar = meanBar * (a + b) * v0 + 2 * a * b * (c.valueSpread * M00 + v0 * c.r0);

    // Vectors: β, then the linear score m, the row M₀ₓ, the reader r, and v_x through A.
    for (let i = 0; i < d; i += 1) {
      const betaBar = 2 * V.sbeta[i]! + 2 * b * t * V.sv[i]! + 4 * b * V.sp[i]!;
      V.z[i] = mpBar * V.sm[i]! + 4 * b * V.sbeta[i]! + 16 * b * b * V.sp[i]!;
      V.scoreVectorBar[i] =
        mvBar * V.sv[i]! + mpBar * V.sp[i]! + 2 * b * b * c.vv * V.sm[i]! + b * v0 * betaBar;
      V.firstRowBar[i] = 2 * a * b * (c.valueSpread * V.sn[i]! + v0 * V.sr[i]!) + a * v0 * betaBar;
      V.rBar[i] = 2 * a * b * (v0 * V.sn[i]! + V.sr[i]!) + a * betaBar;
      V.valueVectorBar[i] =
        mvBar * V.sm[i]! +
        2 * vvBar * V.sv[i]! +
        2 * b * t * V.sbeta[i]! +
        8 * b * b * t * V.sp[i]! +
        b * M00 * betaBar;
      v0Bar += betaBar * (a * V.firstRow[i]! + b * V.scoreVector[i]!);
      M00Bar += b * betaBar * V.valueVector[i]!;
    }
    symmetricTimes(X.score, V.z, V.q, d);
    symmetricTimes(S, V.q, V.sq, d);
    addScaled(V.valueVectorBar, 1, V.sq, d);
    addScaled(V.z, 4 * b * b * t, V.sv, d);

    // M, row by row: what the mean reads through m, A and r, and what the variance reads through P = Mₓₓ + θ M_yₓ.
    product(S, X.scoreSigma, X.scratch, d);
    let labelCovarianceBar = r0Bar * My0;
    let taskReader0 = 0;
    for (let j = 0; j < d; j += 1) {
      V.taskReader[j] = 0;
      labelCovarianceBar += V.labelRow[j]! * V.rBar[j]!;
    }
    for (let i = 0; i < d; i += 1) {
      const row = (i + FIRST_COVARIATE_SLOT) * D;
      let sBar = r0Bar * keyQuery[row]!;
      for (let j = 0; j < d; j += 1) {
        const at = i * d + j;
        const readerBar = 2 * spreadBar * X.readerSigma[at]!;
        V.taskReader[j]! += task[i]! * readerBar;
        sBar += keyQuery[row + j + FIRST_COVARIATE_SLOT]! * V.rBar[j]!;
        keyQueryBar[row + j + FIRST_COVARIATE_SLOT] =
          readerBar +
          tBar * S[at]! +
          2 * t2Bar * X.scratch[at]! +
          (V.z[i]! * V.sv[j]! + V.sv[i]! * V.z[j]!) / 2 +
          V.s[i]! * V.rBar[j]!;
      }
      const readerConstantBar = 2 * spreadBar * V.sreader[i]!;
      taskReader0 += task[i]! * readerConstantBar;
      keyQueryBar[row] = V.scoreVectorBar[i]! + readerConstantBar + V.s[i]! * r0Bar;
      keyQueryBar[row + y] = 0;
      keyQueryBar[i + FIRST_COVARIATE_SLOT] = V.firstRowBar[i]! + V.scoreVectorBar[i]!;
      keyQueryBar[y * D + i + FIRST_COVARIATE_SLOT] =
        2 * spreadBar * noiseVariance * V.slabel[i]! + c.labelCovariance * V.rBar[i]!;
      V.sBar[i] = sBar;
    }
    for (let j = 0; j < d; j += 1) keyQueryBar[y * D + j + FIRST_COVARIATE_SLOT]! += V.taskReader[j]!;
    keyQueryBar[0] = M00Bar;
    keyQueryBar[y] = 0;
    keyQueryBar[y * D] = taskReader0 + 2 * spreadBar * noiseVariance * My0 + c.labelCovariance * r0Bar;
    keyQueryBar[y * D + y] = 0;

    // v, through φ = v_x + wθ and s = Σφ.
    const valueSpreadBar = a * b * (c.u0Square + c.readerSpread);
    addScaled(V.sBar, labelCovarianceBar, task, d);
    symmetricTimes(S, V.sBar, V.phiBar, d);
    addScaled(V.phiBar, 2 * valueSpreadBar, V.s, d);
    valueBar[CONSTANT_SLOT] = v0Bar;
    for (let i = 0; i < d; i += 1) valueBar[i + FIRST_COVARIATE_SLOT] = V.valueVectorBar[i]! + V.phiBar[i]!;
    valueBar[y] = (2 * valueSpreadBar * w + labelCovarianceBar) * noiseVariance + dot(task, V.phiBar, d);
  }
}

interface Scalars {
  readonly risk: number;
  readonly a: number;
  readonly b: number;
  readonly r0: number;
  readonly t: number;
  readonly t2: number;
  readonly mv: number;
  readonly mm: number;
  readonly vv: number;
  readonly mp: number;
  readonly vp: number;
  readonly betaV: number;
  readonly evenMean: number;
  readonly labelCovariance: number;
  readonly valueSpread: number;
  readonly u0Square: number;
  readonly u0Reader: number;
  readonly readerSpread: number;
}

const VECTOR_NAMES = [
  "valueVector",
  "phi",
  "s",
  "firstRow",
  "labelRow",
  "scoreVector",
  "readerConstant",
  "r",
  "sv",
  "sm",
  "p",
  "sp",
  "beta",
  "sbeta",
  "sn",
  "sr",
  "sreader",
  "slabel",
  "z",
  "q",
  "sq",
  "taskReader",
  "scoreVectorBar",
  "firstRowBar",
  "rBar",
  "valueVectorBar",
  "sBar",
  "phiBar",
] as const;
type VectorName = (typeof VECTOR_NAMES)[number];

const MATRIX_NAMES = ["score", "scoreSigma", "reader", "readerSigma", "scratch"] as const;
type MatrixName = (typeof MATRIX_NAMES)[number];

function workspace<Name extends string>(names: readonly Name[], length: number): Record<Name, Float64Array> {
  return Object.fromEntries(names.map((name) => [name, new Float64Array(length)])) as Record<
    Name,
    Float64Array
  >;
}
