import { readWhole, requireVector } from "@finetune-icl/base";
import { FLOAT, type Vector } from "@finetune-icl/core/algebra";
import { exactRisk } from "@finetune-icl/core/exact";
import { type ParameterLayout, reducedAt } from "@finetune-icl/core/model";
import type { RegressionProblem } from "@finetune-icl/core/problem";
import { RandomSource } from "@finetune-icl/core/simulate";
import { promptBatch, taskPrompts } from "@finetune-icl/core/train";

/** How trained models are tested. */
export interface TestSettings {
  /** Independent test seeds, at least 2. */
  readonly seeds: number;
  /** Fresh prompts a seed, task and shot count. */
  readonly prompts: number;
}

/** An error measured on test prompts. */
export interface MeasuredError {
  /** Mean squared error over all test prompts. */
  readonly mean: number;
  /** From the spread over the test seeds. */
  readonly standardError: number;
}

/** That there are enough seeds and prompts. @throws InputError naming the setting. */
export function requireTest({ seeds, prompts }: TestSettings, path = "test"): void {
  readWhole(seeds, `${path}.seeds`, 2);
  readWhole(prompts, `${path}.prompts`, 1);
}

/**
 * The error of a model of any shape on fresh prompts of one task.
 * @throws InputError when a length does not fit, a number is not finite, or a count is none.
 */
export function measureError(
  layout: ParameterLayout,
  problem: RegressionProblem,
  point: Float64Array,
  { task, shots, stream }: { readonly task: Vector; readonly shots: number; readonly stream: number },
  test: TestSettings,
): MeasuredError {
  requireTest(test);
  requireVector(point, "point", layout.length);
  readWhole(stream, "stream", 0);
  const source = taskPrompts(problem, task, shots, "moments");
  const batch = promptBatch(layout, source, test.prompts);
  const scratch = new Float64Array(layout.length);
  const errors = Array.from({ length: test.seeds }, (_, seed) =>
    batch(point, scratch, new RandomSource(seed, stream)),
  );
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (errors.length - 1);
  return { mean, standardError: Math.sqrt(variance / errors.length) };
}

/** The exact risk, for one layer; with several heads, or layers, NaN. @throws InputError when a length does not fit or a number is not finite. */
export function exactError(
  layout: ParameterLayout,
  problem: RegressionProblem,
  point: Float64Array,
  task: Vector,
  shots: number,
): number {
  const { layers, heads } = layout.shape;
  if (layers > 1 || heads > 1) return Number.NaN;
  return exactRisk(FLOAT, problem, task, shots, reducedAt(layout, point));
}
