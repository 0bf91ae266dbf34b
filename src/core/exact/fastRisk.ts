import { requireVector } from "@finetune-icl/base";
import { tokenLength } from "../model/tokens";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import { LayerRisk } from "./layerRisk";
import type { PackedParameters } from "./packedParameters";

/**
 * The exact risk of {@link exactRisk} on flat arrays, with its exact gradient in v and M, of one head and for any number of
 * shots. With a diagonal Σ it costs O(d²), else two products of d × d matrices; nothing is allocated per call. One instance
 * serves one problem and one caller at a time, because it keeps its workspace. {@link LayerRisk} has the formulas.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * const engine = new FastRisk(problem);
 * const parameters = pack(pretrainedParameters(FLOAT, problem, pretraining));
 * console.log(engine.risk(Float64Array.of(1, 0), 20, parameters).toFixed(6)); // 0.237931
 */
export class FastRisk {
  readonly dimension: number;
  private readonly noiseVariance: number;
  private readonly layer: LayerRisk;

  constructor(problem: RegressionProblem) {
    requireProblem(problem);
    this.dimension = problem.dimension;
    this.noiseVariance = problem.noiseVariance;
    this.layer = new LayerRisk(problem, 1);
  }

  /**
   * R(n, θ) in squared label units; `task` has length d, the parameters are for D = d + 2.
   * @throws InputError naming the task, the value row or M where a length does not fit or a number is not finite
   */
  risk(task: Float64Array, shots: ShotCount, parameters: PackedParameters): number {
    const size = tokenLength(this.dimension);
    requireVector(task, "task", this.dimension);
    requireVector(parameters.value, "value", size);
    requireVector(parameters.keyQuery, "keyQuery", size * size);
    return this.layer.risk([parameters], task, this.noiseVariance, shots);
  }

  /** R(n, θ), and its gradient in every entry of v and M, written into `gradient`. */
  riskAndGradient(
    task: Float64Array,
    shots: ShotCount,
    parameters: PackedParameters,
    gradient: PackedParameters,
  ): number {
    const risk = this.risk(task, shots, parameters);
    this.layer.differentiate(task);
    this.layer.heads[0]!.store(gradient, 1);
    return risk;
  }
}
