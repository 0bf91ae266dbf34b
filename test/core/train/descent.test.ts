import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DescentSettings,
  DivergenceError,
  descend,
  type StepLoss,
  startDescent,
} from "../../../src/core/train/descent";
import { clipJointly, createOptimiser, type OptimiserSettings } from "../../../src/core/train/optimiser";
import { auxiliaryWeightAt, constantLoss, withAuxiliary } from "../../../src/core/train/stepLoss";
import { expectClose } from "../../support/expectClose";

/** ½ Σ curvature_i p_i². */
const bowl =
  (...curvatures: readonly number[]): StepLoss =>
  (point, gradient) =>
    curvatures.reduce((sum, c, i) => {
      gradient[i] = c * point[i]!;
      return sum + (c * point[i]! ** 2) / 2;
    }, 0);
const sgd = (learningRate: number, momentum = 0): OptimiserSettings => ({
  kind: "sgd",
  learningRate,
  momentum,
});

describe("optimisers", () => {
  it("take the steps worked out by hand: momentum adds up, Adam starts with the sign of the gradient", () => {
    // Gradient 1 at every step: the buffer is 1, 1.5, 1.75.
    const plain = createOptimiser(sgd(0.5, 0.5), 1);
    const point = Float64Array.of(0);
    for (const [step, expected] of [-0.5, -1.25, -2.125].entries()) {
      plain.step(point, Float64Array.of(1), step);
      expect(point[0]).toBe(expected);
    }
    // Gradient g at every step: the corrected averages are g and g², whatever g: the step is the rate.
    const adam = createOptimiser({ kind: "adam", learningRate: 0.1, betas: [0.9, 0.9], epsilon: 0 }, 2);
    const moved = Float64Array.of(0, 0);
    for (let step = 0; step < 3; step += 1) adam.step(moved, Float64Array.of(7, -0.01), step);
    expectClose(moved[0]!, -0.3, { tolerance: 1e-15, reason: "rounding", input: "g = 7" });
    expectClose(moved[1]!, 0.3, { tolerance: 1e-15, reason: "rounding", input: "g = -0.01" });
  });

  it("clip the whole gradient to the limit, and only when it is longer", () => {
    const long = Float64Array.of(3, 4);
    expect(clipJointly(long, 1)).toBe(5);
    expectClose(Math.hypot(...long), 1, { tolerance: 1e-15, reason: "rounding", input: "3, 4" });
    expectClose(long[1]! / long[0]!, 4 / 3, { tolerance: 1e-15, reason: "rounding", input: "3, 4" });
    const short = Float64Array.of(0.3, 0.4);
    clipJointly(short, 1);
    expect([...short]).toEqual([0.3, 0.4]);
  });
});

describe("descent", () => {
  it("without momentum multiplies every coordinate of a bowl by (1 − rate · curvature) a step", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: 0.1, max: 1.9, noNaN: true }),
        (steps, c) => {
          const settings: DescentSettings = { steps, optimiser: sgd(1), clipNorm: "none" };
          const descent = startDescent(Float64Array.of(1, -2), settings);
          descend(descent, bowl(c, 0.5), settings, steps);
          const reason = "rounding of at most 60 products";
          expectClose(descent.point[0]!, (1 - c) ** steps, { tolerance: 1e-13, reason, input: { steps, c } });
          expectClose(descent.point[1]!, -2 * 0.5 ** steps, {
            tolerance: 1e-13,
            reason,
            input: { steps, c },
          });
          expect(descent.step).toBe(steps);
        },
      ),
      { seed: 1 },
    );
  });

  it("goes on after a pause as if there had been none, bit by bit", () => {
    const kinds: readonly OptimiserSettings[] = [
      sgd(0.1, 0.9),
      { kind: "adam", learningRate: 0.05, betas: [0.9, 0.99], epsilon: 1e-8 },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 250 }), (optimiser, pause) => {
        const settings: DescentSettings = { steps: 250, optimiser, clipNorm: 1 };
        const whole = startDescent(Float64Array.of(3, -1), settings);
        descend(whole, bowl(1, 0.3), settings, 250);
        const halves = startDescent(Float64Array.of(3, -1), settings);
        descend(halves, bowl(1, 0.3), settings, pause);
        const { step, point, memory, curve } = JSON.parse(
          JSON.stringify({ ...halves, point: [...halves.point], memory: halves.memory.map((m) => [...m]) }),
        ) as { step: number; point: number[]; memory: number[][]; curve: { step: number; loss: number }[] };
        const stored = {
          step,
          point: Float64Array.from(point),
          memory: memory.map((m) => Float64Array.from(m)),
          curve,
        };
        descend(stored, bowl(1, 0.3), settings, 250);
        expect(stored).toEqual(whole);
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it("stops when it diverges, and says at which step, with which loss, and what to do", () => {
    const settings: DescentSettings = { steps: 1000, optimiser: sgd(3), clipNorm: "none" };
    const descent = startDescent(Float64Array.of(1), settings);
    // The loss grows fourfold a step from ½: 2²ᵏ/2 > 10⁸ for the first time at k = 14.
    expect(() => descend(descent, bowl(1), settings, 1000)).toThrow(
      /^training diverged at step 14: the loss is 134217728; take a smaller learningRate/,
    );
    expect(() => descend(startDescent(Float64Array.of(1), settings), () => Number.NaN, settings, 1)).toThrow(
      DivergenceError,
    );
  });

  it("keeps the loss of every hundredth step, the first and the last", () => {
    const settings: DescentSettings = { steps: 250, optimiser: sgd(0.1), clipNorm: "none" };
    const descent = startDescent(Float64Array.of(1), settings);
    descend(descent, bowl(1), settings, 250);
    expect(descent.curve.map(({ step }) => step)).toEqual([0, 100, 200, 249]);
    expect(descent.curve[0]!.loss).toBe(0.5);
  });
});

describe("the auxiliary weight", () => {
  it("falls linearly from 1, and the last step still sees 1/steps of it", () => {
    expect([0, 1, 2, 3].map((step) => auxiliaryWeightAt("annealed", step, 4))).toEqual([1, 0.75, 0.5, 0.25]);
    expect(auxiliaryWeightAt(0.3, 3, 4)).toBe(0.3);
  });

  it("weighs loss and gradient alike", () => {
    const sum = withAuxiliary(
      bowl(1, 0),
      constantLoss((point, gradient) => {
        gradient.set([0, 8]);
        return 8 * point[1]!;
      }),
      "annealed",
      4,
    );
    const gradient = new Float64Array(2);
    expect(sum(Float64Array.of(2, 1), gradient, 1)).toBe(2 + 0.75 * 8);
    expect([...gradient]).toEqual([2, 6]);
  });
});
