import { FLOAT } from "../algebra/numberField";
import type { RegressionProblem } from "../problem/regressionProblem";
import { type ShotCount, tokenShares } from "../problem/shots";
import { priorFactor, type TaskPrior } from "../problem/taskPrior";
import { addScaled, dot, matrixTimes, transposedTimes } from "./kernels";
import type { LayerRisk } from "./layerRisk";
import { SymmetricMatrix } from "./symmetricMatrix";

/**
 * What the spread of the tasks adds to the risk of the task 0, when tasks have mean zero, covariance Λ, and the fourth moments
 * of a Gaussian (Isserlis 1918) or, of rank r, of a sphere, which are r/(r + 2) times those. E R(n, θ) is the risk of θ = 0 with
 * σ² + tr ΣΛ in place of σ², for an average label varies by so much, plus, with a = n/N, b = 1/N,
 *
 *   a [tr(FᵀKF S_q) − 2⟨F, K⟩] + 4ab Σ_h v_hᵀ K M_h S_q y + χ (a² + 2ab) yᵀS_q y,
 *   K = ΣΛΣ,  F = Σ_h (w_h M_h + v_h M_yh),  y = Σ_h w_h M_yh,  χ = E‖θ‖⁴ − (E‖θ‖²)²,
 *
 * where M_h stands for the rows of the covariates and M_yh for the label's row, without the query's empty label slot: F is
 * what a context of the task θ moves the linear part of the mean prediction by, y what the square of its length does; a fourth
 * moment of θ enters through ‖θ‖⁴ alone. The products cost what those of {@link LayerRisk} do, one more d × d product unless
 * both Σ and Λ are diagonal.
 */
export class TaskSpread {
  /** tr ΣΛ = E‖θ‖². */
  readonly labelVariance: number;
  private readonly weight: SymmetricMatrix;
  /** χ. */
  private readonly fourth: number;
  /** F and its constant column, FΣ, KFΣ (later the slope in F), KF₀. */
  private readonly response: Float64Array;
  private readonly responseConstant: Float64Array;
  private readonly halfway: Float64Array;
  private readonly weighted: Float64Array;
  private readonly weightedConstant: Float64Array;
  /** y and its constant; Σ times y. */
  private readonly label: Float64Array;
  private labelConstant = 0;
  private readonly sigmaLabel: Float64Array;
  private readonly labelBar: Float64Array;
  private readonly scratch: Float64Array;
  private readonly other: Float64Array;
  /** K v_h, head by head. */
  private readonly weightedValues: readonly Float64Array[];

  constructor(
    problem: RegressionProblem,
    prior: TaskPrior,
    private readonly layer: LayerRisk,
  ) {
    const d = problem.dimension;
    const { weight, trace, squareTrace } = weightOf(problem, prior);
    this.weight = weight;
    this.labelVariance = trace;
    const rank = priorFactor(prior)[0]!.length;
    const kurtosis = prior.kind === "sphere" ? rank / (rank + 2) : 1;
    this.fourth = kurtosis * (trace * trace + 2 * squareTrace) - trace * trace;
    const vector = (): Float64Array => new Float64Array(d);
    const matrix = (): Float64Array => new Float64Array(d * d);
    this.response = matrix();
    this.halfway = matrix();
    this.weighted = matrix();
    this.responseConstant = vector();
    this.weightedConstant = vector();
    this.label = vector();
    this.sigmaLabel = vector();
    this.labelBar = vector();
    this.scratch = vector();
    this.other = vector();
    this.weightedValues = layer.heads.map(vector);
  }

  /** What the spread adds to the last risk that the layer gave, of the task 0 at so many shots. */
  risk(shots: ShotCount): number {
    const { contextShare: a, queryShare: b } = tokenShares(FLOAT, shots);
    const { weight, layer, response, responseConstant, weighted, label, sigmaLabel, scratch } = this;
    const d = layer.dimension;
    this.readResponse();
    weight.timesMatrix(this.halfway, weighted);
    weight.timesVector(responseConstant, this.weightedConstant);
    layer.covariance.timesVector(label, sigmaLabel);
    const square = dot(response, weighted, d * d) + dot(responseConstant, this.weightedConstant, d);
    let cross = 0;
    layer.heads.forEach((head, h) => {
      const weightedValue = this.weightedValues[h]!;
      weight.timesVector(head.valueVector, weightedValue);
      matrixTimes(head.block, sigmaLabel, scratch, d);
      addScaled(scratch, this.labelConstant, head.firstColumn, d);
      cross += dot(weightedValue, scratch, d);
    });
    const labelSquare = this.labelConstant ** 2 + dot(label, sigmaLabel, d);
    return (
      a * (square - 2 * weight.traceTimes(response)) +
      4 * a * b * cross +
      this.fourth * (a * a + 2 * a * b) * labelSquare
    );
  }

  /** F, FΣ and y. */
  private readResponse(): void {
    const { layer, response, responseConstant, halfway, label } = this;
    const d = layer.dimension;
    this.labelConstant = 0;
    for (const each of [response, responseConstant, halfway, label]) each.fill(0);
    for (const head of layer.heads) {
      const { labelWeight: w, valueVector, labelRow, sigmaLabelRow, block } = head;
      this.labelConstant += w * head.labelConstant;
      addScaled(label, w, labelRow, d);
      addScaled(responseConstant, w, head.firstColumn, d);
      addScaled(responseConstant, head.labelConstant, valueVector, d);
      for (let i = 0, at = 0; i < d; i += 1) {
        const v = valueVector[i]!;
        for (let j = 0; j < d; j += 1, at += 1) {
          response[at]! += w * block[at]! + v * labelRow[j]!;
          halfway[at]! += w * head.halfway[at]! + v * sigmaLabelRow[j]!;
        }
      }
    }
  }

  /** Adds the slopes of the last {@link risk} to those that the layer's differentiate left in its heads. */
  differentiate(shots: ShotCount): void {
    const { contextShare: a, queryShare: b } = tokenShares(FLOAT, shots);
    const { weight, layer, weighted, weightedConstant, sigmaLabel, labelBar, scratch, other } = this;
    const d = layer.dimension;
    const ofSquare = 2 * this.fourth * (a * a + 2 * a * b);
    // The slope in F takes the place of KFΣ, and that in F₀ of KF₀.
    for (let at = 0; at < d * d; at += 1) weighted[at]! *= 2 * a;
    weight.addTo(weighted, -2 * a);
    let labelConstantBar = ofSquare * this.labelConstant;
    labelBar.fill(0);
    layer.heads.forEach((head, h) => {
      const weightedValue = this.weightedValues[h]!;
      transposedTimes(head.block, weightedValue, scratch, d);
      addScaled(labelBar, 4 * a * b, scratch, d);
      labelConstantBar += 4 * a * b * dot(head.firstColumn, weightedValue, d);
    });
    layer.covariance.timesVector(labelBar, scratch);
    for (let i = 0; i < d; i += 1) {
      labelBar[i] = scratch[i]! + ofSquare * sigmaLabel[i]!;
      weightedConstant[i]! *= 2 * a;
    }
    layer.heads.forEach((head, h) => {
      const weightedValue = this.weightedValues[h]!;
      const { labelWeight: w, valueVector, labelRow, firstColumn, block, blockBar } = head;
      for (let i = 0, at = 0; i < d; i += 1) {
        const cross = 4 * a * b * weightedValue[i]!;
        for (let j = 0; j < d; j += 1, at += 1) blockBar[at]! += w * weighted[at]! + cross * sigmaLabel[j]!;
      }
      addScaled(head.firstColumnBar, w, weightedConstant, d);
      addScaled(head.firstColumnBar, 4 * a * b * this.labelConstant, weightedValue, d);
      transposedTimes(weighted, valueVector, scratch, d);
      addScaled(head.labelRowBar, 1, scratch, d);
      addScaled(head.labelRowBar, w, labelBar, d);
      head.labelConstantBar += dot(valueVector, weightedConstant, d) + w * labelConstantBar;
      head.labelWeightBar +=
        dot(block, weighted, d * d) +
        dot(firstColumn, weightedConstant, d) +
        dot(labelRow, labelBar, d) +
        head.labelConstant * labelConstantBar;
      matrixTimes(weighted, labelRow, scratch, d);
      addScaled(head.valueVectorBar, 1, scratch, d);
      addScaled(head.valueVectorBar, head.labelConstant, weightedConstant, d);
      matrixTimes(block, sigmaLabel, scratch, d);
      addScaled(scratch, this.labelConstant, firstColumn, d);
      weight.timesVector(scratch, other);
      addScaled(head.valueVectorBar, 4 * a * b, other, d);
    });
  }
}

/** K = ΣΛΣ, tr ΣΛ and tr ΣΛΣΛ. */
function weightOf(
  { covariance, dimension: d }: RegressionProblem,
  { taskCovariance }: TaskPrior,
): { readonly weight: SymmetricMatrix; readonly trace: number; readonly squareTrace: number } {
  const sigma = new SymmetricMatrix(covariance);
  const tasks = Float64Array.from(taskCovariance.flat());
  const [half, whole] = [new Float64Array(d * d), new Float64Array(d * d)];
  sigma.sandwich(tasks, half, whole);
  const entries = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_x, j) => (whole[i * d + j]! + whole[j * d + i]!) / 2),
  );
  return {
    weight: new SymmetricMatrix(entries),
    trace: sigma.traceTimes(tasks),
    squareTrace: dot(tasks, Float64Array.from(entries.flat()), d * d),
  };
}
