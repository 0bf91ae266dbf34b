import fc from "fast-check";
import { describe, it } from "vitest";
import { priorCubature } from "../../../src/core/exact/priorCubature";
import type { TaskPrior } from "../../../src/core/problem/taskPrior";
import { asFloats, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

const priors: fc.Arbitrary<TaskPrior> = fc.record({
  kind: fc.constantFrom("sphere", "gaussian"),
  taskCovariance: instances(4).map((instance) => asFloats(instance).taskCovariance),
});

/** Every way to write `slots` as unordered pairs. */
function pairings(slots: readonly number[]): readonly (readonly [number, number])[][] {
  const [first, ...rest] = slots;
  if (first === undefined) return [[]];
  return rest.flatMap((other, k) =>
    pairings(rest.filter((_, i) => i !== k)).map((more): (readonly [number, number])[] => [
      [first, other],
      ...more,
    ]),
  );
}

describe("the cubature of a task prior", () => {
  it("has every moment up to order 5: pairings of Λ, times r/(r+2) at order 4 on the sphere", () => {
    fc.assert(
      fc.property(priors, (prior) => {
        const tasks = priorCubature(prior);
        const d = prior.taskCovariance.length;
        const scale = Math.max(1, ...prior.taskCovariance.flat().map(Math.abs)) ** 2;
        const moment = (slots: readonly number[]): number =>
          tasks.reduce((sum, { task, weight }) => sum + slots.reduce((x, k) => x * task[k]!, weight), 0);
        const gaussian = (slots: readonly number[]): number =>
          slots.length % 2 === 1
            ? 0
            : pairings(slots).reduce(
                (sum, pairs) => sum + pairs.reduce((x, [i, j]) => x * prior.taskCovariance[i]![j]!, 1),
                0,
              );
        // Λ = BBᵀ + I has full rank.
        const fourth = prior.kind === "sphere" ? d / (d + 2) : 1;
        for (let i = 0; i < d; i += 1) {
          for (let j = 0; j <= i; j += 1) {
            for (const slots of [
              [],
              [i],
              [i, j],
              [i, j, j],
              [i, i, j, j],
              [i, 0, j, d - 1],
              [i, i, j, j, 0],
            ]) {
              const expected = (slots.length === 4 ? fourth : 1) * gaussian(slots);
              expectClose(moment(slots), expected, {
                tolerance: 1e-12 * scale * Math.sqrt(scale),
                reason: "rounding of a sum of 2d² products",
                input: { prior, slots },
              });
            }
          }
        }
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  it("keeps tasks of a singular prior in its plane, and on the ellipsoid of the sphere's image", () => {
    const taskCovariance = [
      [1, 2, 0],
      [2, 4, 0],
      [0, 0, 1],
    ];
    for (const { task } of priorCubature({ kind: "sphere", taskCovariance })) {
      expectClose(task[1]!, 2 * task[0]!, { tolerance: 1e-14, reason: "rounding", input: task });
      // Rank 2: θ = √2 F u, and |u|² = θ₀² / 2 + θ₂² / 2.
      expectClose((task[0]! ** 2 + task[2]! ** 2) / 2, 1, {
        tolerance: 1e-14,
        reason: "rounding",
        input: task,
      });
    }
  });
});
