import fc from "fast-check";
import { all, create } from "mathjs";
import { describe, expect, it } from "vitest";
import { type Differentiable, withOnly } from "../../../src/core/algebra/differentiable";
import { exactLoss } from "../../../src/core/exact/exactLoss";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { followGradientFlow } from "../../../src/core/train/gradientFlow";
import { expectClose } from "../../support/expectClose";

/** Σ k_i x_i² / 2: every variable decays as e^{−k_i t}. */
const bowl =
  (...curvatures: readonly number[]): Differentiable =>
  (x, gradient) =>
    curvatures.reduce((sum, k, i) => {
      gradient[i] = k * x[i]!;
      return sum + (k * x[i]! ** 2) / 2;
    }, 0);

describe("gradient flow", () => {
  it("decays exponentially in a bowl, whatever its curvatures", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (k, l, time) => {
          const end = followGradientFlow(bowl(k, l), Float64Array.of(1, -2), {
            maxTime: time,
            gradientTolerance: 0,
          });
          expectClose(end.point[0]!, Math.exp(-k * time), {
            tolerance: 1e-8,
            reason: "1e-12 a step",
            input: [k, l, time],
          });
          expectClose(end.point[1]!, -2 * Math.exp(-l * time), {
            tolerance: 1e-8,
            reason: "1e-12 a step",
            input: [k, l, time],
          });
        },
      ),
      { numRuns: 40, seed: 71 },
    );
  });

  it("refuses a tolerance of a step that no step can meet", () => {
    for (const stepTolerance of [0, -0.5])
      expect(() => followGradientFlow(bowl(1), Float64Array.of(1), { stepTolerance })).toThrow(
        /^stepTolerance: holds/,
      );
  });

  it("has errors that fall with the tolerance of a step", () => {
    const error = (stepTolerance: number): number =>
      Math.abs(
        followGradientFlow(bowl(3), Float64Array.of(1), { maxTime: 1, stepTolerance, gradientTolerance: 0 })
          .point[0]! - Math.exp(-3),
      );
    expect(error(1e-9)).toBeLessThan(error(1e-5) / 100);
  });

  it("settles where the gradient is small, and says so when its time is up before", () => {
    const settled = followGradientFlow(bowl(1, 5), Float64Array.of(1, 1));
    expect(settled.settled).toBe(true);
    expect(settled.gradientNorm).toBeLessThanOrEqual(1e-9);
    const stopped = followGradientFlow(bowl(1, 5), Float64Array.of(1, 1), { maxTime: 1 });
    expect([stopped.settled, stopped.time]).toEqual([false, 1]);
  });

  it("conserves x² − y² on (xy − 1)², and ends on xy = 1", () => {
    const valley: Differentiable = (p, gradient) => {
      const [x, y] = [p[0]!, p[1]!];
      gradient[0] = 2 * (x * y - 1) * y;
      gradient[1] = 2 * (x * y - 1) * x;
      return (x * y - 1) ** 2;
    };
    const { point } = followGradientFlow(valley, Float64Array.of(2, 0.1));
    const [x, y] = [point[0]!, point[1]!];
    expectClose(x * y, 1, { tolerance: 1e-8, reason: "stops at a gradient of 1e-9" });
    expectClose(x * x - y * y, 4 - 0.01, { tolerance: 1e-8, reason: "1e-12 a step" });
  });

  it("leaves variables that are held fixed where they are, to the last bit", () => {
    const { point } = followGradientFlow(withOnly(bowl(1, 1), new Set([0])), Float64Array.of(1, 0.1));
    expect(point[1]).toBe(0.1);
    expect(Math.abs(point[0]!)).toBeLessThan(1e-8);
  });

  it("goes where mathjs's own solver goes, in more than a hundred times fewer numbers kept", () => {
    const { problem } = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
    const loss = exactLoss(problem, [{ task: [0.6, 0.8], shots: 3, weight: 1 }]);
    const start = Float64Array.from({ length: 20 }, (_, i) => Math.sin(1 + 3 * i) / 2);
    const ours = followGradientFlow(loss, start, { maxTime: 1, gradientTolerance: 0 });
    const gradient = new Float64Array(20);
    const slope = (_time: number, y: number[]): number[] => {
      loss(Float64Array.from(y), gradient);
      return [...gradient].map((g) => -g);
    };
    // Not in mathjs's type declarations.
    const { solveODE } = create(all!, {}) as unknown as {
      solveODE: (
        f: typeof slope,
        span: readonly number[],
        y0: readonly number[],
        options: { readonly tol: number },
      ) => { readonly t: readonly number[]; readonly y: readonly (readonly number[])[] };
    };
    const { t, y } = solveODE(slope, [0, 1], [...start], { tol: 1e-9 });
    expect(t.at(-1)).toBe(1);
    expect(t.length * 20).toBeGreaterThan(100 * ours.point.length);
    y.at(-1)!.forEach((theirs, i) => {
      expectClose(ours.point[i]!, theirs, { tolerance: 1e-7, reason: "1e-9 a step of theirs", input: i });
    });
  });
});
