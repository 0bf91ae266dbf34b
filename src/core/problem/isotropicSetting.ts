import { InputError } from "@finetune-icl/base";
import { matrixFrom } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { readWhole, requireObject } from "./readInput";
import { type Pretraining, type RegressionProblem, readProblem } from "./regressionProblem";
import { readShots, type ShotCount } from "./shots";

/** Two matrices of as many rows are a gigabyte and more. */
const LARGEST = 10_000;

/** A problem and what the model was pretrained on. */
export interface Setting {
  readonly problem: RegressionProblem;
  readonly pretraining: Pretraining;
}

/**
 * The setting of the released experiment: Σ = I in d dimensions and pretraining tasks uniform on the unit sphere, so that
 * E θθᵀ = I/d.
 * @throws InputError when `dimension`, `noiseVariance` or `pretrainingShots` is out of its domain.
 * @example
 * const { problem, pretraining } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
 * console.log(problem.covariance, pretraining.taskCovariance); // [ [ 1, 0 ], [ 0, 1 ] ] [ [ 0.5, 0 ], [ 0, 0.5 ] ]
 */
export function isotropicSetting(choice: {
  readonly dimension: number;
  readonly noiseVariance: number;
  readonly pretrainingShots: ShotCount;
}): Setting {
  requireObject(choice, "choice");
  const d = readWhole(choice.dimension, "dimension", 1);
  if (d > LARGEST)
    throw new InputError("dimension", d, `at most ${LARGEST}: two matrices of d² numbers are made`);
  const scaledIdentity = (scale: number) => matrixFrom(d, d, (i, j) => (i === j ? scale : 0));
  return {
    problem: readProblem(FLOAT, { covariance: scaledIdentity(1), noiseVariance: choice.noiseVariance }, ""),
    pretraining: {
      taskCovariance: scaledIdentity(1 / d),
      shots: readShots(choice.pretrainingShots, "pretrainingShots", { least: 1, infinite: true }),
    },
  };
}
