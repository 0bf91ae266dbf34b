import { FLOAT } from "../algebra/numberField";
import { tokenLength } from "../model/tokens";
import { requireLength } from "../problem/readInput";
import type { RegressionProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { HeadTerms, PairTerms } from "./headTerms";
import { addScaled, addTranspose, dot, matrixTimes, timesBoth, transposedTimes } from "./kernels";
import type { PackedParameters } from "./packedParameters";
import { SymmetricMatrix } from "./symmetricMatrix";

/**
 * The exact risk of one layer of H heads, f = (1/H) Σ_h f_h, and its exact gradient, on flat arrays. Every product of two
 * moments of EXACT_RISK becomes a sum over pairs of heads. With Z = ΣMₓₓΣ all its traces are inner products of matrices,
 *
 *   tr(MₓₓΣMₓₓᵀΣ) = ⟨Mₓₓ, Z⟩ and tr(AΣAΣ) = ½⟨Mₓₓ, Z + Zᵀ⟩ for the symmetric part A of Mₓₓ,
 *
 * and so are their slopes: a diagonal Σ costs O(H²d²), any other two d × d products a head more, with the gradient or without.
 *
 * The mean prediction minus the label is a cubic polynomial of the Gaussian query; its square is summed degree by degree of
 * its Hermite expansion: mean², the quadratic part, the linear part c (with what the cubic one adds to it), the cubic part.
 *
 * One instance serves one problem and one caller at a time, because it keeps its workspace; nothing is allocated per call.
 */
export class LayerRisk {
  readonly dimension: number;
  readonly covariance: SymmetricMatrix;
  readonly heads: readonly HeadTerms[];
  /** 1/H. */
  readonly share: number;
  /** Row by row: the pair of reader h and valued k is at hH + k. */
  private readonly pairs: readonly PairTerms[];
  private readonly sigmaTask: Float64Array;
  private readonly linear: Float64Array;
  private readonly sigmaLinear: Float64Array;
  private readonly across: Float64Array;
  private readonly down: Float64Array;
  private readonly scratch: Float64Array;
  private contextShare = 0;
  private queryShare = 0;
  private noiseVariance = 0;
  private taskSquare = 0;
  private mean = 0;

  constructor(problem: RegressionProblem, heads: number) {
    const d = problem.dimension;
    this.dimension = d;
    this.covariance = new SymmetricMatrix(problem.covariance);
    this.share = 1 / heads;
    this.heads = Array.from({ length: heads }, () => new HeadTerms(d));
    this.pairs = this.heads.flatMap((reader) => this.heads.map((valued) => new PairTerms(reader, valued)));
    const vector = (): Float64Array => new Float64Array(d);
    this.sigmaTask = vector();
    this.linear = vector();
    this.sigmaLinear = vector();
    this.across = vector();
    this.down = vector();
    this.scratch = vector();
  }

  /** R(n, θ) with labels of noise variance σ². @throws InputError when a length does not fit. */
  risk(
    parameters: readonly PackedParameters[],
    task: Float64Array,
    noiseVariance: number,
    shots: ShotCount,
  ): number {
    const { contextShare: a, queryShare: b } = tokenShares(FLOAT, shots);
    this.contextShare = a;
    this.queryShare = b;
    this.noiseVariance = noiseVariance;
    this.read(parameters, task);
    const cubic = this.meanPrediction(task);
    const { dimension: d, linear, sigmaLinear, mean } = this;
    let quadratic = 0;
    let variance = 0;
    const H = this.heads.length;
    for (let h = 0; h < H; h += 1) {
      for (let k = 0; k < H; k += 1) {
        const pair = this.pairs[h * H + k]!;
        const mirror = this.pairs[k * H + h]!;
        const { reader, valued } = pair;
        const constants = reader.valueConstant * valued.valueConstant;
        quadratic +=
          2 * constants * pair.scoreSquareTrace +
          4 * reader.valueConstant * dot(valued.sigmaScore, pair.scoredValue, d) +
          pair.scoreOfValue * mirror.scoreOfValue +
          pair.values * pair.scores;
        variance +=
          (pair.constantMoment + pair.readerSpread) * pair.valueSpread +
          2 *
            valued.valueConstant *
            (reader.scoreConstant * mirror.contextConstant +
              dot(reader.sigmaFirstRow, mirror.contextVector, d)) +
          constants * pair.readerSpread +
          pair.contextConstant * mirror.contextConstant +
          dot(pair.contextVector, mirror.sigmaContext, d);
      }
    }
    return (
      noiseVariance +
      mean * mean +
      dot(linear, sigmaLinear, d) +
      b * b * (quadratic + cubic) +
      a * b * variance
    );
  }

  /** Reads the heads, one by one and in pairs. */
  private read(parameters: readonly PackedParameters[], task: Float64Array): void {
    const { dimension: d, covariance, sigmaTask, share, noiseVariance } = this;
    const D = tokenLength(d);
    // Lengths only: a training loop may pass through numbers that are not finite, and must see them.
    requireLength(task, "task", d);
    covariance.timesVector(task, sigmaTask);
    this.taskSquare = dot(task, sigmaTask, d);
    for (let h = 0; h < this.heads.length; h += 1) {
      const { value, keyQuery } = parameters[h]!;
      requireLength(value, "value", D);
      requireLength(keyQuery, "keyQuery", D * D);
      const head = this.heads[h]!;
      head.load(parameters[h]!, share, task);
      head.multiply(covariance, sigmaTask);
      head.labelCovariance = dot(task, head.sigmaPhi, d) + head.labelWeight * noiseVariance;
      transposedTimes(head.block, sigmaTask, head.taskReader, d);
      covariance.timesVector(head.taskReader, head.sigmaTaskReader);
      covariance.sandwich(head.block, head.halfway, head.sandwich);
      addTranspose(head.sandwich, head.symmetricSandwich, d);
      head.trace = covariance.traceTimes(head.block);
    }
    for (const pair of this.pairs) pair.update(covariance, this.taskSquare, noiseVariance);
  }

  /** Sets mean and linear part of the mean prediction minus the label; returns the square of the cubic part over b². */
  private meanPrediction(task: Float64Array): number {
    const { dimension: d, heads, pairs, linear, contextShare: a, queryShare: b } = this;
    const H = heads.length;
    let mean = 0;
    let cubic = 0;
    for (let i = 0; i < d; i += 1) linear[i] = -task[i]!;
    for (let h = 0; h < H; h += 1) {
      const head = heads[h]!;
      const own = pairs[h * H + h]!;
      const { valueConstant: v0, scoreConstant, trace } = head;
      mean +=
        a * (v0 * scoreConstant + own.contextConstant) +
        b * (v0 * (scoreConstant + trace) + own.scoreOfValue);
      const { firstRow, scoreVector, valueVector } = head;
      for (let i = 0; i < d; i += 1) {
        linear[i]! +=
          a * (v0 * firstRow[i]! + own.contextVector[i]!) +
          b * ((scoreConstant + trace) * valueVector[i]! + v0 * scoreVector[i]! + 2 * own.scoredValue[i]!);
      }
      for (let k = 0; k < H; k += 1) {
        const pair = pairs[h * H + k]!;
        cubic +=
          2 * pair.scoreSquareTrace * pair.values +
          4 * dot(pairs[k * H + h]!.sigmaScoredValue, pair.scoredValue, d);
      }
    }
    this.mean = mean;
    this.covariance.timesVector(linear, this.sigmaLinear);
    return cubic;
  }

  /** The slopes of the last risk, left in {@link heads}: see {@link HeadTerms.store}. */
  differentiate(task: Float64Array): void {
    const { heads, pairs } = this;
    const H = heads.length;
    for (const head of heads) this.ownSlopes(head);
    for (let h = 0; h < H; h += 1)
      for (let k = 0; k < H; k += 1) this.pairSlopes(pairs[h * H + k]!, pairs[k * H + h]!);
    for (const head of heads) this.finishSlopes(head, task);
  }

  /** What the mean and the linear part of the mean prediction pass on to a head directly; clears the rest. */
  private ownSlopes(head: HeadTerms): void {
    const { dimension: d, sigmaLinear, mean, contextShare: a, queryShare: b } = this;
    const { valueConstant: v0, scoreConstant, trace } = head;
    const meanBar = 2 * mean;
    const traceBar = meanBar * b * v0 + 2 * b * dot(sigmaLinear, head.valueVector, d);
    head.valueConstantBar =
      meanBar * (a * scoreConstant + b * (scoreConstant + trace)) +
      2 * (a * dot(sigmaLinear, head.firstRow, d) + b * dot(sigmaLinear, head.scoreVector, d));
    head.scoreConstantBar = meanBar * (a + b) * v0 + 2 * b * dot(sigmaLinear, head.valueVector, d);
    head.labelWeightBar = 0;
    head.labelConstantBar = 0;
    head.labelCovarianceBar = 0;
    for (let i = 0; i < d; i += 1) {
      const slope = 2 * sigmaLinear[i]!;
      head.valueVectorBar[i] = b * (scoreConstant + trace) * slope;
      head.firstRowBar[i] = a * v0 * slope;
      head.scoreVectorBar[i] = b * v0 * slope;
      head.firstColumnBar[i] = 0;
      head.labelRowBar[i] = 0;
      head.readerConstantBar[i] = 0;
      head.sigmaPhiBar[i] = 0;
      head.phiBar[i] = 0;
    }
    head.blockBar.fill(0);
    this.covariance.addTo(head.blockBar, traceBar);
  }

  private pairSlopes(pair: PairTerms, mirror: PairTerms): void {
    const { dimension: d, sigmaLinear, mean, noiseVariance, contextShare: a, queryShare: b } = this;
    const { reader: h, valued: k, scoredValueBar, contextBar } = pair;
    const own = h === k ? 1 : 0;
    const square = b * b;
    const both = 2 * a * b;
    const constants = h.valueConstant * k.valueConstant;
    const valueSpreadBar = both * (pair.constantMoment + pair.readerSpread);
    const readerSpreadBar = both * (pair.valueSpread + constants);
    const contextConstantBar =
      both * (h.valueConstant * k.scoreConstant + mirror.contextConstant) + own * 2 * a * mean;
    for (let i = 0; i < d; i += 1) {
      const slope = own * 2 * sigmaLinear[i]!;
      scoredValueBar[i] =
        square * (4 * h.valueConstant * k.sigmaScore[i]! + 8 * mirror.sigmaScoredValue[i]!) + 2 * b * slope;
      contextBar[i] = both * (h.valueConstant * k.sigmaFirstRow[i]! + mirror.sigmaContext[i]!) + a * slope;
    }

    h.valueConstantBar +=
      4 * square * (k.valueConstant * pair.scoreSquareTrace + dot(k.sigmaScore, pair.scoredValue, d)) +
      both *
        (k.scoreConstant * pair.contextConstant +
          dot(k.sigmaFirstRow, pair.contextVector, d) +
          k.valueConstant * pair.readerSpread);
    h.scoreConstantBar +=
      both * (k.scoreConstant * pair.valueSpread + k.valueConstant * mirror.contextConstant);
    h.labelConstantBar +=
      contextConstantBar * k.labelCovariance + readerSpreadBar * noiseVariance * k.labelConstant;
    h.labelWeightBar += valueSpreadBar * noiseVariance * k.labelWeight;

    const ofScores = 2 * square * (pair.scores + 2 * pair.scoreSquareTrace);
    const scoreOfValueBar = 2 * square * mirror.scoreOfValue + own * 2 * b * mean;
    const mirrorScoreBar = 2 * square * pair.scoreOfValue + own * 2 * b * mean;
    const labelRowsBar = readerSpreadBar * (noiseVariance + this.taskSquare);
    for (let i = 0; i < d; i += 1) {
      h.valueVectorBar[i]! += ofScores * k.sigmaValue[i]! + mirrorScoreBar * k.sigmaScore[i]!;
      h.scoreVectorBar[i]! +=
        scoreOfValueBar * k.sigmaValue[i]! +
        2 * square * pair.values * k.sigmaScore[i]! +
        4 * square * k.valueConstant * mirror.sigmaScoredValue[i]!;
      h.firstRowBar[i]! +=
        both * (pair.valueSpread * k.sigmaFirstRow[i]! + k.valueConstant * mirror.sigmaContext[i]!);
      h.firstColumnBar[i]! += contextConstantBar * k.sigmaPhi[i]!;
      h.readerConstantBar[i]! += readerSpreadBar * k.sigmaReader[i]!;
      h.labelRowBar[i]! +=
        k.labelCovariance * contextBar[i]! +
        labelRowsBar * k.sigmaLabelRow[i]! +
        readerSpreadBar * k.sigmaTaskReader[i]!;
      h.phiBar[i]! += valueSpreadBar * k.sigmaPhi[i]!;
    }
    const squareTraceBar = 2 * square * (constants + pair.values);
    this.blockSlopes(pair, squareTraceBar, readerSpreadBar);

    // What the reader passes on to the value row.
    k.labelCovarianceBar += contextConstantBar * h.labelConstant + dot(h.labelRow, contextBar, d);
    const { across, down, scratch } = this;
    matrixTimes(h.block, contextBar, across, d);
    for (let i = 0; i < d; i += 1) k.sigmaPhiBar[i]! += contextConstantBar * h.firstColumn[i]! + across[i]!;
    timesBoth(h.block, scoredValueBar, across, down, d);
    for (let i = 0; i < d; i += 1) scratch[i] = (across[i]! + down[i]!) / 2;
    this.covariance.timesVector(scratch, across);
    addScaled(k.valueVectorBar, 1, across, d);
  }

  /** Adds the slopes of a pair in the reader's Mₓₓ: of its traces, and outer products of vectors. */
  private blockSlopes(pair: PairTerms, squareTraceBar: number, readerSpreadBar: number): void {
    const { dimension: d, sigmaTask } = this;
    const { reader, valued, scoredValueBar, contextBar } = pair;
    const { blockBar } = reader;
    const { sandwich, symmetricSandwich, sigmaValue, sigmaPhi, sigmaLabelRow } = valued;
    for (let i = 0, at = 0; i < d; i += 1) {
      const scored = scoredValueBar[i]! / 2;
      const value = sigmaValue[i]! / 2;
      const phi = sigmaPhi[i]!;
      const task = readerSpreadBar * sigmaTask[i]!;
      for (let j = 0; j < d; j += 1, at += 1) {
        blockBar[at]! +=
          squareTraceBar * symmetricSandwich[at]! +
          readerSpreadBar * sandwich[at]! +
          scored * sigmaValue[j]! +
          value * scoredValueBar[j]! +
          phi * contextBar[j]! +
          task * sigmaLabelRow[j]!;
      }
    }
  }

  /** From the slopes in what was made of the parameters to those in the parameters. */
  private finishSlopes(head: HeadTerms, task: Float64Array): void {
    const { dimension: d, covariance, noiseVariance, scratch } = this;
    addScaled(head.sigmaPhiBar, head.labelCovarianceBar, task, d);
    covariance.timesVector(head.sigmaPhiBar, scratch);
    addScaled(head.phiBar, 1, scratch, d);
    addScaled(head.valueVectorBar, 1, head.phiBar, d);
    head.labelWeightBar += head.labelCovarianceBar * noiseVariance + dot(task, head.phiBar, d);
    addScaled(head.firstRowBar, 1, head.scoreVectorBar, d);
    addScaled(head.firstColumnBar, 1, head.scoreVectorBar, d);
    addScaled(head.firstColumnBar, 1, head.readerConstantBar, d);
    head.labelConstantBar += dot(task, head.readerConstantBar, d);
  }
}
