import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";
import { dot, timesBoth } from "./kernels";
import type { PackedParameters } from "./packedParameters";
import type { SymmetricMatrix } from "./symmetricMatrix";

/**
 * What the risk reads of one head, in the names of EXACT_RISK, and the slopes of the risk in it (`bar`, reverse mode).
 * Vectors have length d, matrices are d × d; a name that starts with `sigma` is Σ times what follows.
 */
export class HeadTerms {
  /** v₀, v_x and w of the head's share v/H in the prediction. */
  valueConstant = 0;
  readonly valueVector: Float64Array;
  labelWeight = 0;
  /** M₀₀ and M_y0. */
  scoreConstant = 0;
  labelConstant = 0;
  /** M₀ₓ, Mₓ₀ and M_yₓ, and Mₓₓ. */
  readonly firstRow: Float64Array;
  readonly firstColumn: Float64Array;
  readonly labelRow: Float64Array;
  readonly block: Float64Array;

  /** M₀ₓ + Mₓ₀: the linear part of a query's score for itself. */
  readonly scoreVector: Float64Array;
  /** v_x + wθ. */
  readonly phi: Float64Array;
  /** Mₓ₀ + θM_y0. */
  readonly readerConstant: Float64Array;
  /** Mₓₓᵀ Σθ. */
  readonly taskReader: Float64Array;
  /** θᵀΣφ + wσ². */
  labelCovariance = 0;
  /** tr(MₓₓΣ). */
  trace = 0;

  readonly sigmaValue: Float64Array;
  readonly sigmaPhi: Float64Array;
  readonly sigmaFirstRow: Float64Array;
  readonly sigmaLabelRow: Float64Array;
  readonly sigmaScore: Float64Array;
  readonly sigmaReader: Float64Array;
  readonly sigmaTaskReader: Float64Array;
  /** MₓₓΣ, ΣMₓₓΣ, and the latter plus its transpose. */
  readonly halfway: Float64Array;
  readonly sandwich: Float64Array;
  readonly symmetricSandwich: Float64Array;

  valueConstantBar = 0;
  labelWeightBar = 0;
  scoreConstantBar = 0;
  labelConstantBar = 0;
  labelCovarianceBar = 0;
  readonly valueVectorBar: Float64Array;
  readonly firstRowBar: Float64Array;
  readonly firstColumnBar: Float64Array;
  readonly labelRowBar: Float64Array;
  readonly scoreVectorBar: Float64Array;
  readonly readerConstantBar: Float64Array;
  readonly sigmaPhiBar: Float64Array;
  readonly phiBar: Float64Array;
  readonly blockBar: Float64Array;

  constructor(readonly dimension: number) {
    const vector = (): Float64Array => new Float64Array(dimension);
    const matrix = (): Float64Array => new Float64Array(dimension * dimension);
    this.valueVector = vector();
    this.firstRow = vector();
    this.firstColumn = vector();
    this.labelRow = vector();
    this.block = matrix();
    this.scoreVector = vector();
    this.phi = vector();
    this.readerConstant = vector();
    this.taskReader = vector();
    this.sigmaValue = vector();
    this.sigmaPhi = vector();
    this.sigmaFirstRow = vector();
    this.sigmaLabelRow = vector();
    this.sigmaScore = vector();
    this.sigmaReader = vector();
    this.sigmaTaskReader = vector();
    this.halfway = matrix();
    this.sandwich = matrix();
    this.symmetricSandwich = matrix();
    this.valueVectorBar = vector();
    this.firstRowBar = vector();
    this.firstColumnBar = vector();
    this.labelRowBar = vector();
    this.scoreVectorBar = vector();
    this.readerConstantBar = vector();
    this.sigmaPhiBar = vector();
    this.phiBar = vector();
    this.blockBar = matrix();
  }

  /** Reads the parameters; `share` is 1/H. */
  load({ value, keyQuery }: PackedParameters, share: number, task: Float64Array): void {
    const { dimension: d, block } = this;
    const D = tokenLength(d);
    const y = labelSlot(d);
    this.valueConstant = share * value[CONSTANT_SLOT]!;
    const w = share * value[y]!;
    this.labelWeight = w;
    this.scoreConstant = keyQuery[0]!;
    const labelConstant = keyQuery[y * D]!;
    this.labelConstant = labelConstant;
    for (let i = 0, at = 0; i < d; i += 1) {
      const slot = i + FIRST_COVARIATE_SLOT;
      const row = slot * D + FIRST_COVARIATE_SLOT;
      const [v, above, left] = [share * value[slot]!, keyQuery[slot]!, keyQuery[slot * D]!];
      this.valueVector[i] = v;
      this.firstRow[i] = above;
      this.firstColumn[i] = left;
      this.labelRow[i] = keyQuery[y * D + slot]!;
      this.scoreVector[i] = above + left;
      this.phi[i] = v + w * task[i]!;
      this.readerConstant[i] = left + labelConstant * task[i]!;
      for (let j = 0; j < d; j += 1, at += 1) block[at] = keyQuery[row + j]!;
    }
  }

  /** Σ times the vectors. */
  multiply(covariance: SymmetricMatrix, sigmaTask: Float64Array): void {
    const { dimension: d, sigmaValue, sigmaPhi, sigmaReader, sigmaFirstRow, sigmaScore, labelWeight } = this;
    covariance.timesVector(this.valueVector, sigmaValue);
    covariance.timesVector(this.firstRow, sigmaFirstRow);
    covariance.timesVector(this.labelRow, this.sigmaLabelRow);
    covariance.timesVector(this.scoreVector, sigmaScore);
    covariance.timesVector(this.readerConstant, sigmaReader);
    for (let i = 0; i < d; i += 1) sigmaPhi[i] = sigmaValue[i]! + labelWeight * sigmaTask[i]!;
  }

  /** Writes the slopes in v and M; those in the query's empty label slot are zero. */
  store({ value, keyQuery }: PackedParameters, share: number): void {
    const { dimension: d, blockBar } = this;
    const D = tokenLength(d);
    const y = labelSlot(d);
    value[CONSTANT_SLOT] = share * this.valueConstantBar;
    value[y] = share * this.labelWeightBar;
    keyQuery[0] = this.scoreConstantBar;
    keyQuery[y] = 0;
    keyQuery[y * D] = this.labelConstantBar;
    keyQuery[y * D + y] = 0;
    for (let i = 0, at = 0; i < d; i += 1) {
      const slot = i + FIRST_COVARIATE_SLOT;
      const row = slot * D + FIRST_COVARIATE_SLOT;
      value[slot] = share * this.valueVectorBar[i]!;
      keyQuery[slot] = this.firstRowBar[i]!;
      keyQuery[slot * D] = this.firstColumnBar[i]!;
      keyQuery[y * D + slot] = this.labelRowBar[i]!;
      keyQuery[slot * D + y] = 0;
      for (let j = 0; j < d; j += 1, at += 1) keyQuery[row + j] = blockBar[at]!;
    }
  }
}

/** What the risk reads of the key-query matrix of one head (the reader) beside the value row of another, or of the same. */
export class PairTerms {
  /** Mₓₓᵀ Σv_x of the reader, and A Σv_x with A the symmetric part of Mₓₓ. */
  readonly transposedValue: Float64Array;
  readonly scoredValue: Float64Array;
  /** The mean of the reader's uᵀ times a token's (vᵀz): its constant, and its linear part in the query. */
  contextConstant = 0;
  readonly contextVector: Float64Array;
  readonly sigmaScoredValue: Float64Array;
  readonly sigmaContext: Float64Array;
  readonly scoredValueBar: Float64Array;
  readonly contextBar: Float64Array;
  contextConstantBar = 0;

  /** Inner products of both heads' vectors in Σ. */
  values = 0;
  scores = 0;
  scoreOfValue = 0;
  labelRows = 0;
  /** Covariance of the two heads' vᵀz over a token; E u₀u₀′ over queries; E ũᵀCũ′ over both. */
  valueSpread = 0;
  constantMoment = 0;
  readerSpread = 0;
  /** tr(AΣA′Σ). */
  scoreSquareTrace = 0;
  valueSpreadBar = 0;
  readerSpreadBar = 0;

  constructor(
    readonly reader: HeadTerms,
    readonly valued: HeadTerms,
  ) {
    const vector = (): Float64Array => new Float64Array(reader.dimension);
    this.transposedValue = vector();
    this.scoredValue = vector();
    this.contextVector = vector();
    this.sigmaScoredValue = vector();
    this.sigmaContext = vector();
    this.scoredValueBar = vector();
    this.contextBar = vector();
  }

  /** All of the above, once both heads are read; `taskSquare` is θᵀΣθ. */
  update(covariance: SymmetricMatrix, taskSquare: number, noiseVariance: number): void {
    const { reader: h, valued: k, scoredValue, transposedValue, contextVector } = this;
    const d = h.dimension;
    timesBoth(h.block, k.sigmaValue, scoredValue, transposedValue, d);
    for (let i = 0; i < d; i += 1) {
      const down = transposedValue[i]!;
      scoredValue[i] = (scoredValue[i]! + down) / 2;
      contextVector[i] = down + k.labelWeight * h.taskReader[i]! + k.labelCovariance * h.labelRow[i]!;
    }
    covariance.timesVector(scoredValue, this.sigmaScoredValue);
    covariance.timesVector(contextVector, this.sigmaContext);
    this.contextConstant = dot(h.firstColumn, k.sigmaPhi, d) + h.labelConstant * k.labelCovariance;
    this.values = dot(h.valueVector, k.sigmaValue, d);
    this.scores = dot(h.scoreVector, k.sigmaScore, d);
    this.scoreOfValue = dot(h.scoreVector, k.sigmaValue, d);
    this.labelRows = dot(h.labelRow, k.sigmaLabelRow, d);
    this.valueSpread = dot(h.phi, k.sigmaPhi, d) + h.labelWeight * k.labelWeight * noiseVariance;
    this.constantMoment = h.scoreConstant * k.scoreConstant + dot(h.firstRow, k.sigmaFirstRow, d);
    this.scoreSquareTrace = dot(h.block, k.symmetricSandwich, d * d) / 2;
    this.readerSpread =
      dot(h.block, k.sandwich, d * d) +
      dot(h.readerConstant, k.sigmaReader, d) +
      noiseVariance * h.labelConstant * k.labelConstant +
      (noiseVariance + taskSquare) * this.labelRows +
      dot(h.taskReader, k.sigmaLabelRow, d) +
      dot(k.taskReader, h.sigmaLabelRow, d);
  }
}
