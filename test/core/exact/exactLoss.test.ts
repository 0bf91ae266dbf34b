import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { asPoint, exactLoss, factorisedLoss, mergeInto } from "../../../src/core/exact/exactLoss";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { pack } from "../../../src/core/exact/packedParameters";
import { asFloats, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

describe("exact loss", () => {
  it("is the weighted sum of exact risks", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, task, targetTask, shots, parameters } = asFloats(instance);
        const terms = [
          { task, shots: 0, weight: 1 },
          { task: targetTask, shots, weight: 0.25 },
        ];
        const point = asPoint(pack(parameters));
        const loss = exactLoss(problem, terms)(point, new Float64Array(point.length));
        const sum = terms.reduce(
          (total, term) => total + term.weight * exactRisk(FLOAT, problem, term.task, term.shots, parameters),
          0,
        );
        expectClose(loss, sum, { tolerance: 1e-11 * sum, reason: "two programs, rounding", input: instance });
      }),
      { numRuns: 40, seed: 81 },
    );
  });

  it("of K and Q is the loss of M = KᵀQ, its gradient the central difference", () => {
    fc.assert(
      fc.property(instances(2), fc.integer({ min: 1, max: 4 }), (instance, rank) => {
        const { problem, task, shots, parameters } = asFloats(instance);
        const size = parameters.value.length;
        const terms = [{ task, shots, weight: 1 }];
        const rows = Array.from({ length: 2 * rank * size }, (_, i) => Math.sin(i + 1) / 2);
        const factors = Float64Array.from([...parameters.value, ...rows]);
        const loss = factorisedLoss(problem, terms, rank);
        const gradient = new Float64Array(factors.length);
        const value = loss(factors, gradient);
        const point = new Float64Array(size + size * size);
        point.set(parameters.value);
        mergeInto(
          point.subarray(size),
          factors.subarray(size, size + rank * size),
          factors.subarray(size + rank * size),
          size,
          rank,
        );
        expect(value).toBe(exactLoss(problem, terms)(point, new Float64Array(point.length)));
        const scale = Math.max(1, value);
        const unused = new Float64Array(factors.length);
        for (let i = 0; i < factors.length; i += 1) {
          // Quadratic in every single entry of K and Q too: the step may be large.
          const at = (step: number): number =>
            loss(
              factors.map((x, k) => (k === i ? x + step : x)),
              unused,
            );
          const difference = (at(0.5) - at(-0.5)) / 1;
          expectClose(gradient[i]!, difference, {
            tolerance: 1e-9 * Math.max(scale, at(0.5), at(-0.5)),
            reason: "rounding of a difference of risks",
            input: { instance, rank, entry: i },
          });
        }
      }),
      { numRuns: 20, seed: 82 },
    );
  });
});
