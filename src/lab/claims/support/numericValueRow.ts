import { FLOAT, minimiseQuadratic, type Vector } from "@finetune-icl/core/algebra";
import { exactRisk } from "@finetune-icl/core/exact";
import { type AttentionParameters, labelSlot } from "@finetune-icl/core/model";
import type { RegressionProblem } from "@finetune-icl/core/problem";

/**
 * The value row that is best on zero-shot prompts of a task at the given M, w as it is: from values of the exact risk alone, a
 * quadratic in v, and no formula of the theory. What is simulated at it shares no optimum with what is predicted.
 */
export function numericValueRow(
  problem: RegressionProblem,
  targetTask: Vector,
  { value, keyQuery }: AttentionParameters,
): AttentionParameters {
  const label = labelSlot(problem.dimension);
  const free = Array.from({ length: label }, (_, k) => k);
  const at = (steps: readonly (readonly [number, number])[]): number => {
    const moved = value.map((x, k) => (k === label ? x : 0));
    for (const [entry, step] of steps) moved[entry]! += step;
    return exactRisk(FLOAT, problem, targetTask, 0, { value: moved, keyQuery });
  };
  const constant = at([]);
  const single = free.map((i) => [at([[i, 1]]), at([[i, -1]])] as const);
  const curvature = free.map((i) =>
    free.map((j) => {
      const [plus, minus] = single[i]!;
      if (i === j) return (plus + minus) / 2 - constant;
      return (
        (at([
          [i, 1],
          [j, 1],
        ]) -
          plus -
          single[j]![0] +
          constant) /
        2
      );
    }),
  );
  const slope = single.map(([plus, minus]) => (minus - plus) / 4);
  const minimum = minimiseQuadratic(FLOAT, { curvature, slope, constant });
  if (minimum === undefined) throw new RangeError("the zero-shot risk is not convex in v");
  return { value: [...minimum.point, value[label]!], keyQuery };
}
