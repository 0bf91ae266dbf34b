import { describe, it } from "vitest";
import { MomentProducts } from "../../../src/core/simulate/momentProducts";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { expectClose } from "../../support/expectClose";

describe("products of a sampled moment with two vectors", () => {
  const problem = {
    dimension: 2,
    covariance: [
      [1, 0.3],
      [0.3, 0.8],
    ],
    noiseVariance: 0.5,
  };
  const task = Float64Array.from([0.4, -0.7]);
  const v = Float64Array.from([0.5, 1, -0.4, 0.8]);
  const beside = Float64Array.from([0.2, -0.3, 0.9, 0.1]);
  const draw = (u: Float64Array) => {
    const [su, sv] = [new Float64Array(4), new Float64Array(4)];
    new MomentProducts(problem, 6).draw(task, new RandomSource(3), u, v, su, sv);
    return { su, sv };
  };

  it("are linear in u, however near u is to v: what it has beside v is not taken for rounding", () => {
    const slopeAt = (size: number): readonly number[] => {
      const { su, sv } = draw(v.map((x, i) => x + size * beside[i]!));
      return [...su].map((x, i) => (x - sv[i]!) / size);
    };
    const large = slopeAt(1);
    for (const size of [1e-2, 1e-4, 1e-6]) {
      slopeAt(size).forEach((x, i) => {
        expectClose(x, large[i]!, {
          tolerance: 1e-13 / size + 1e-12,
          reason: "rounding of S u over the size of what is beside v",
          input: { size, slot: i },
        });
      });
    }
  });

  it("of parallel vectors are parallel", () => {
    const { su, sv } = draw(v.map((x) => -3 * x));
    su.forEach((x, i) => {
      expectClose(x, -3 * sv[i]!, { tolerance: 1e-12, reason: "rounding", input: i });
    });
  });
});
