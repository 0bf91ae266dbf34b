import fc from "fast-check";
import { describe, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { asPoint, exactLoss } from "../../../src/core/exact/exactLoss";
import { momentLoss } from "../../../src/core/exact/featureLoss";
import { pack } from "../../../src/core/exact/packedParameters";
import { priorCubature } from "../../../src/core/exact/priorCubature";
import { gaussianTokenMoments } from "../../../src/core/exact/tokenMoments";
import type { TaskPrior } from "../../../src/core/problem/taskPrior";
import { asFloats, type Instance, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

/** The loss of averaged risks the long way: finitely many tasks in place of the prior, and one quadratic in prompt features. */
function byCubature(
  { problem, shots }: ReturnType<typeof asFloats>,
  prior: TaskPrior,
  heads: number,
): ReturnType<typeof exactLoss> {
  return momentLoss(
    problem.dimension,
    priorCubature(prior).map(({ task, weight }) => ({
      moments: gaussianTokenMoments(FLOAT, problem, task),
      shots,
      weight,
    })),
    heads,
  );
}

const kinds = fc.constantFrom("sphere" as const, "gaussian" as const);
/** Λ of full rank, or of rank one less: without its last factor. */
const ranks = fc.constantFrom("full" as const, "deficient" as const);
const shapes = fc.constantFrom("dense" as const, "diagonal" as const);

function settingOf(instance: Instance, rank: "full" | "deficient", shape: "dense" | "diagonal") {
  const floats = asFloats(instance);
  const d = instance.dimension;
  const diagonal = (matrix: readonly (readonly number[])[]) =>
    matrix.map((row, i) => row.map((x, j) => (i === j ? x : 0)));
  const covariance = shape === "diagonal" ? diagonal(floats.problem.covariance) : floats.problem.covariance;
  const full = shape === "diagonal" ? diagonal(floats.taskCovariance) : floats.taskCovariance;
  // The last row and column repeat the first: a singular Λ that is still a covariance.
  const index = (i: number) => (rank === "deficient" && d > 1 && i === d - 1 ? 0 : i);
  const taskCovariance =
    shape === "diagonal" && rank === "deficient" && d > 1
      ? full.map((row, i) => row.map((x) => (i === d - 1 ? 0 : x)))
      : full.map((_, i) => full.map((_x, j) => full[index(i)]![index(j)]!));
  return { ...floats, problem: { ...floats.problem, covariance }, taskCovariance };
}

describe("the loss averaged over a prior", () => {
  it.each([1, 2, 3])(
    "of %i heads is what the cubature and the quadratic of features give, with its gradient",
    (heads) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: heads === 1 ? 4 : 2 }).chain((d) =>
            fc.array(
              instances(d).filter((each) => each.dimension === d),
              { minLength: heads, maxLength: heads },
            ),
          ),
          kinds,
          ranks,
          shapes,
          (each, kind, rank, shape) => {
            const setting = settingOf(each[0]!, rank, shape);
            const prior: TaskPrior = { kind, taskCovariance: setting.taskCovariance };
            const point = Float64Array.from(
              each.flatMap((item) => [...asPoint(pack(asFloats(item).parameters))]),
            );
            const [a, b] = [new Float64Array(point.length), new Float64Array(point.length)];
            const expected = byCubature(setting, prior, heads)(point, a);
            const got = exactLoss(
              setting.problem,
              [{ prior, shots: setting.shots, weight: 1 }],
              heads,
            )(point, b);
            const scale = Math.max(1, Math.abs(expected), ...a.map(Math.abs));
            const reason = "rounding, most of it of the 2d² tasks of either sign";
            const input = { each, kind, rank, shape };
            expectClose(got, expected, { tolerance: 1e-11 * scale, reason, input });
            a.forEach((slope, i) => {
              expectClose(b[i]!, slope, { tolerance: 1e-11 * scale, reason, input: { ...input, i } });
            });
          },
        ),
        { numRuns: heads === 1 ? 40 : 25, seed: 61 },
      );
    },
  );
});
