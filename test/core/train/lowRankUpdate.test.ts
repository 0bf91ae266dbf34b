import fc from "fast-check";
import { describe, it } from "vitest";
import { exactLoss } from "../../../src/core/exact/exactLoss";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { followGradientFlow } from "../../../src/core/train/gradientFlow";
import { LowRankUpdate } from "../../../src/core/train/lowRankUpdate";
import { expectClose } from "../../support/expectClose";

const problem = {
  dimension: 2,
  covariance: [
    [1, 0.3],
    [0.3, 1.5],
  ],
  noiseVariance: 0.2,
};
const SIZE = 4;
const terms = [
  { task: [0.7, -0.4], shots: 0, weight: 1 },
  { task: [0.7, -0.4], shots: 5, weight: 0.5 },
];

describe("low-rank updates", () => {
  it("have the gradient of central differences, exact because the risk is quadratic in every entry", () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), fc.nat(1000), (value, keyQuery, seed) => {
        const random = new RandomSource(seed);
        const base = Float64Array.from({ length: SIZE + SIZE * SIZE }, () => random.normal());
        const update = new LowRankUpdate(base, SIZE, { value, keyQuery });
        const loss = update.lossOf(exactLoss(problem, terms));
        const point = Float64Array.from({ length: update.length }, () => random.normal());
        const gradient = new Float64Array(update.length);
        const scratch = new Float64Array(update.length);
        const size = Math.abs(loss(point, gradient));
        for (let i = 0; i < update.length; i += 1) {
          const at = (change: number) =>
            loss(
              point.map((x, k) => (k === i ? x + change : x)),
              scratch,
            );
          expectClose(gradient[i]!, (at(1) - at(-1)) / 2, {
            tolerance: 1e-10 * Math.max(1, size, ...gradient.map(Math.abs), at(1), at(-1)),
            reason: "rounding",
            input: { value, keyQuery, seed, i },
          });
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it("of rank one of V end where value-only fine-tuning of all of V ends", () => {
    const base = new Float64Array(SIZE + SIZE * SIZE);
    base[3] = 1;
    base.set([0, 0.6, 0.1, 0, 0, 0.1, 0.5, 0], SIZE + SIZE);
    const zeroShot = exactLoss(problem, terms.slice(0, 1));
    const ends = [1, 3].map((value) => {
      const update = new LowRankUpdate(base, SIZE, { value, keyQuery: 0 });
      const end = followGradientFlow(update.lossOf(zeroShot), update.start(new RandomSource(4)), {
        stepTolerance: 1e-9,
      });
      return end.value;
    });
    const free = followGradientFlow((point, gradient) => {
      const value = zeroShot(point, gradient);
      gradient.fill(0, SIZE);
      return value;
    }, base).value;
    for (const end of ends) {
      expectClose(end, free, {
        tolerance: 1e-8,
        reason: "both flows stop at a gradient of 1e-9",
        input: ends,
      });
    }
  });
});
