import { FLOAT, type Matrix, matrixFrom, type Vector } from "@finetune-icl/core/algebra";
import { streamOf } from "@finetune-icl/core/evidence";
import { isotropicSetting, type Pretraining, type RegressionProblem } from "@finetune-icl/core/problem";
import { RandomSource } from "@finetune-icl/core/simulate";
import { pretrainedBlock } from "@finetune-icl/core/theory";

/** A problem with everything a claim needs to be simulated on it. */
export interface ClaimSetting {
  readonly label: string;
  readonly problem: RegressionProblem;
  readonly pretraining: Pretraining;
  /** Γ after pretraining. */
  readonly gamma: Matrix;
  readonly targetTask: Vector;
  /** A task that is not the target; not orthogonal to it. */
  readonly otherTask: Vector;
}

/** Σ = I, σ² = 0.1, d = 5, m = 20, a target on the unit sphere: the released experiment. */
export const RELEASED: ClaimSetting = complete("released setting, d = 5", {
  ...isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: 20 }),
  targetTask: [0.6, 0, -0.8, 0, 0],
  otherTask: [0, 0.8, -0.6, 0, 0],
});

/** Σ = I of another dimension, with a target that is not on the unit sphere. */
export const isotropic = (dimension: number, targetTask: Vector): ClaimSetting =>
  complete(`d = ${dimension}, |θ₀| = ${Math.hypot(...targetTask)}`, {
    ...isotropicSetting({ dimension, noiseVariance: 0.1, pretrainingShots: 20 }),
    targetTask,
    otherTask: [...targetTask].reverse(),
  });

/** A problem with anisotropic Σ and Λ, noise and tasks drawn once for each d: the same at every call. */
export function randomSetting(dimension: number): ClaimSetting {
  const random = new RandomSource(1, streamOf("setting", dimension));
  const normal = (): number => random.normal();
  const moment = (): Matrix => {
    const root = matrixFrom(dimension, dimension, normal);
    return matrixFrom(dimension, dimension, (i, j) => {
      const gram = root[i]!.reduce((sum, x, k) => sum + x * root[j]![k]!, 0);
      return gram / dimension + (i === j ? 0.25 : 0);
    });
  };
  const task = (): Vector => Array.from({ length: dimension }, () => normal() / Math.sqrt(dimension));
  return complete(`random problem, d = ${dimension}`, {
    problem: { dimension, covariance: moment(), noiseVariance: 0.1 + random.uniform() },
    pretraining: { taskCovariance: moment(), shots: 5 + (random.bits() % 40) },
    targetTask: task(),
    otherTask: task(),
  });
}

function complete(label: string, setting: Omit<ClaimSetting, "label" | "gamma">): ClaimSetting {
  return { label, ...setting, gamma: pretrainedBlock(FLOAT, setting.problem, setting.pretraining) };
}

export const opposite = (task: Vector): Vector => task.map((x) => -x);
