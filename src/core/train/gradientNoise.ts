import { readWhole, requireVector } from "@finetune-icl/base";
import type { ParameterLayout } from "../model/parameterLayout";
import type { RandomSource } from "../simulate/randomSource";
import type { PromptSource } from "./promptSource";
import { promptBatch } from "./sampledStage";

/** The traces of the covariance of one prompt's gradient, in V and in M. */
export interface GradientNoise {
  readonly value: number;
  readonly keyQuery: number;
}

/** Estimated from so many prompts of the source; one layer, one head, key and query merged. A batch of B has 1/B of it. @throws InputError when `point` does not fit the layout, or there are fewer than two prompts. */
export function gradientNoise(
  layout: ParameterLayout,
  source: PromptSource,
  point: Float64Array,
  prompts: number,
  random: RandomSource,
): GradientNoise {
  requireVector(point, "point", layout.length);
  readWhole(prompts, "prompts", 2);
  const half = layout.length / 2;
  const one = promptBatch(layout, source, 1);
  const gradient = new Float64Array(layout.length);
  const sum = new Float64Array(layout.length);
  const squares = new Float64Array(layout.length);
  for (let k = 0; k < prompts; k += 1) {
    one(point, gradient, random);
    gradient.forEach((g, i) => {
      sum[i]! += g;
      squares[i]! += g * g;
    });
  }
  const variances = squares.map((square, i) => (square - sum[i]! ** 2 / prompts) / (prompts - 1));
  const total = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  return { value: total(variances.subarray(0, half)), keyQuery: total(variances.subarray(half)) };
}
