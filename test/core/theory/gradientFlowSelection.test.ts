import { describe, expect, it } from "vitest";
import { gradientFlowOptimum } from "../../../src/core/theory/gradientFlowSelection";
import { askMain } from "../../support/askMain";
import { expectClose } from "../../support/expectClose";

const scaleOf = (gamma: number, target: number): number =>
  gradientFlowOptimum([[gamma]], [target]).scoreScale;

describe("where gradient flow ends", () => {
  it.each([
    // c² − θ₀²/c² = Γ² in one dimension: c → √θ₀ for Γ² ≪ θ₀, and c → Γ for Γ² ≫ θ₀.
    [1e-150, 1e-170, 1e-85],
    [1e-160, 1e200, 1e100],
    [1e100, 1e-170, 1e100],
    [1e-100, 1e-300, 1e-100],
    [1e150, 1e300, Math.sqrt((1 + Math.sqrt(5)) / 2) * 1e150],
    [0, 4, 2],
    [0, 5e-324, Math.sqrt(5e-324)],
    [1e308, 1e308, 1e308],
  ])("is right for Γ = %s and θ₀ = %s, whose fourth powers no float holds", (gamma, target, expected) => {
    const got = scaleOf(gamma, target);
    expectClose(got / expected, 1, {
      tolerance: 1e-14,
      reason: "a dozen roundings",
      input: { gamma, target },
    });
  });

  it("has the same digits in all units: c is linear in (Γ, √θ₀)", () => {
    const [gamma, target] = [0.037, -1.31];
    const expected = scaleOf(gamma, target);
    for (const power of [-300, -41, -3, 7, 60, 400]) {
      const unit = 2 ** power;
      expect(scaleOf(unit * gamma, unit * unit * target) / unit, `unit 2^${power}`).toBe(expected);
    }
  });

  it("is right in so many dimensions that Γ has more entries than a call may have arguments", () => {
    const d = 400;
    const gamma = Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_x, j) => (i === j ? 1 : 0)),
    );
    const target = Array.from({ length: d }, (_, i) => (i === 0 ? 1 : 0));
    // c² = (d + √(d² + 4))/2.
    expectClose(gradientFlowOptimum(gamma, target).scoreScale, Math.sqrt((d + Math.sqrt(d * d + 4)) / 2), {
      tolerance: 1e-12,
      reason: "some hundred roundings",
      input: "Γ = I, |θ₀| = 1, d = 400",
    });
  });

  it("is right in an answer of predict, at a variance of 1e150 and a target of 1e-170", async () => {
    const { code, out, err } = await askMain("predict", {
      problem: {
        covariance: [[1e150]],
        noiseVariance: 0.1,
        taskCovariance: [[1e-150]],
        pretrainingShots: 20,
      },
      regime: "zero-shot-full",
      targetTask: [1e-170],
      testTasks: [[1e-170]],
      shots: [0],
    });
    expect(code, err).toBe(0);
    const { value, keyQuery } = (JSON.parse(out) as { parameters: { value: number[]; keyQuery: number[][] } })
      .parameters;
    for (const [name, got] of [
      ["M₀₀", keyQuery[0]![0]!],
      ["v_x", value[1]!],
    ] as const)
      expectClose(got / 1e-85, 1, { tolerance: 1e-14, reason: "a dozen roundings", input: name });
  });
});
