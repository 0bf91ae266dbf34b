import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import type { Regime } from "../../../src/core/problem/regime";
import { unitTask } from "../../../src/core/problem/unitTask";
import { said } from "./support/storedLesson";

/** The numbers in what it says are computed here by `predict` and the readable exact risk: no limit, no diagonal shortcut, no fast engine. */
const LESSON = "12b-many-dimensions.ipynb";

const KINDS = ["pretrained", "zero-shot-value", "zero-shot-full"] as const;
const three = (value: number): string => String(Number(value.toPrecision(3)));

/** R(n, θ) of a regime at m/d = 4, on the axis 0 (the target) or 1. */
function riskIn(d: number, kind: (typeof KINDS)[number], axis: 0 | 1): (shots: number) => number {
  const { problem, pretraining } = isotropicSetting({
    dimension: d,
    noiseVariance: 0.1,
    pretrainingShots: 4 * d,
  });
  const regime: Regime = kind === "pretrained" ? { kind } : { kind, targetTask: unitTask(d, 0) };
  const { parameters } = predict(problem, pretraining, regime);
  return (shots) => exactRisk(FLOAT, problem, unitTask(d, axis), shots, parameters);
}

describe("lesson 12b says", () => {
  it("the risks at four examples per dimension in 5 and 20 dimensions", () => {
    const text = said(LESSON, "opening-read");
    for (const kind of KINDS) {
      const [five, twenty] = [5, 20].map((d) => riskIn(d, kind, 1)(4 * d));
      expect(text).toContain(`${three(five!)} in five dimensions, ${three(twenty!)} in twenty`);
    }
  });

  it("that full fine-tuning stays above silence in the limit, and value-only reaches the pretrained limit", () => {
    // r = 1.1/4, γ = 1/(1 + r).
    const gamma = 1 / 1.275;
    const pretrained = 0.1 + (1 - gamma) ** 2 + (1.1 / 4) * gamma ** 2;
    const text = said(LESSON, "opening-read");
    expect(text.split(`and ${three(pretrained)} in the limit`)).toHaveLength(3);
    expect(text).toContain(`${three((1.1 / 4) * gamma ** 2)} *above* the 1.1`);
    expect(said(LESSON, "full-read")).toContain(
      `= ${Number((1 - (1 - gamma) ** 2).toPrecision(4))}$ in the limit`,
    );
  });

  it("where value-only fine-tuning turns from a cost into a gain on its target, in the limit and in 20 dimensions", () => {
    const [, limit, found] =
      /= ([\d.]+)\$ examples per dimension; the exact risks have it at ([\d.]+) for/.exec(
        said(LESSON, "price-read"),
      )!;
    expect(limit).toBe(three(4 / 1.1 - 1));
    const [before, after] = [riskIn(20, "pretrained", 0), riskIn(20, "zero-shot-value", 0)];
    const change = (shots: number): number => after(shots) - before(shots);
    const border = 20 * Number(found);
    expect(change(Math.floor(border - 0.1)), "one example less: a cost").toBeGreaterThan(0);
    expect(change(Math.ceil(border + 0.1)), "one example more: a gain").toBeLessThan(0);
  });

  it("slopes of −1, and of −½ for full fine-tuning on its target", () => {
    const text = said(LESSON, "convergence-read");
    const [, low, high, slow] = /slopes of −([\d.]+) to −([\d.]+): times .* with a slope of −([\d.]+):/s.exec(
      text,
    )!;
    for (const slope of [low, high]) expect(Math.abs(Number(slope) - 1)).toBeLessThan(0.05);
    expect(Math.abs(Number(slow) - 0.5)).toBeLessThan(0.05);
  });
});
