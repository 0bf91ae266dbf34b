import { asParameters, averagedRisk, FastRisk } from "@finetune-icl/core/exact";
import { tokenLength } from "@finetune-icl/core/model";
import { isotropicSetting, type ShotCount } from "@finetune-icl/core/problem";
import { type Method, pathOf } from "./paths";

export interface FrontierInput {
  readonly method: Method;
  readonly noiseVariance: number;
  readonly coarse: boolean;
}

export const FRONTIER_SHOTS: readonly ShotCount[] = [1, 5, 20, 80, 320, "infinity"];
/** d of the study. */
export const FRONTIER_DIMENSION = 5;
export const FRONTIER_PRETRAINING_SHOTS = 20;
const TARGET = [1, 0, 0, 0, 0];

export interface FrontierPoint {
  readonly setting: number;
  /** R(0, θ₀) − σ². */
  readonly zeroShotExcess: number;
  /** R(n, θ) − σ² averaged over the prior of pretraining, by {@link FRONTIER_SHOTS}. */
  readonly inContextExcess: readonly number[];
}

/** The points of one method at one noise variance; the released setting else. @throws InputError naming `noiseVariance`. */
export function runFrontier({ method, noiseVariance, coarse }: FrontierInput): readonly FrontierPoint[] {
  const setting = isotropicSetting({
    dimension: FRONTIER_DIMENSION,
    noiseVariance,
    pretrainingShots: FRONTIER_PRETRAINING_SHOTS,
  });
  const size = tokenLength(FRONTIER_DIMENSION);
  const { problem, pretraining } = setting;
  const engine = new FastRisk(problem);
  const average = averagedRisk(problem, { kind: "sphere", taskCovariance: pretraining.taskCovariance });
  return pathOf(method, setting, TARGET, coarse).map(({ setting: at, point }) => {
    const parameters = asParameters(point, size);
    return {
      setting: at,
      zeroShotExcess: engine.risk(Float64Array.from(TARGET), 0, parameters) - noiseVariance,
      inContextExcess: FRONTIER_SHOTS.map((shots) => average(parameters, shots) - noiseVariance),
    };
  });
}
