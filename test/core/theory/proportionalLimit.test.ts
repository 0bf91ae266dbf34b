import { describe, expect, it } from "vitest";
import { FastRisk } from "../../../src/core/exact/fastRisk";
import { pack } from "../../../src/core/exact/packedParameters";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import {
  fullCorrection,
  proportionalBayesRisk,
  proportionalRidge,
  proportionalRisks,
  valueOnlyCorrection,
} from "../../../src/core/theory/proportionalLimit";
import { proportionalModels } from "../../../src/core/theory/proportionalModels";
import { expectClose } from "../../support/expectClose";

const NOISE = 0.25;

/** Exact risks at finite d for a diagonal Σ whose eigenvalues take turns, on a task orthogonal to the target and on the target. */
function exactRisks(d: number, spectrum: readonly number[], pretrainingRatio: number, ratio: number) {
  // Entries ±1/√d: a quadratic form with a diagonal matrix takes its mean over the prior on such a task. Signs of period 2 and 4
  // blocks make the two tasks orthogonal within every eigenspace.
  const blockOf = (i: number) => Math.floor(i / spectrum.length);
  const signs = (half: number) =>
    Array.from({ length: d }, (_, i) => (blockOf(i) % (2 * half) < half ? 1 : -1) / Math.sqrt(d));
  const [target, other] = [signs(1), signs(2)];
  const setting = { spectrum, noiseVariance: NOISE, pretrainingRatio };
  const { problem, parameters } = proportionalModels(setting, d, target);
  const engine = new FastRisk(problem);
  const risk = (task: readonly number[], name: keyof typeof parameters) =>
    engine.risk(Float64Array.from(task), ratio * d, pack(parameters[name]));
  return {
    other: (name: keyof typeof parameters) => risk(other, name),
    target: (name: keyof typeof parameters) => risk(target, name),
  };
}

describe("the proportional limit", () => {
  const settings = [
    { spectrum: [1], pretrainingRatio: 4, ratio: 2 },
    { spectrum: [1], pretrainingRatio: 0.5, ratio: 0.5 },
    { spectrum: [0.5, 2], pretrainingRatio: 4, ratio: 4 },
  ] as const;

  for (const { spectrum, pretrainingRatio, ratio } of settings)
    it(`is where exact risks go, with an error of order 1/d: Σ of ${spectrum}, m/d = ${pretrainingRatio}, n/d = ${ratio}`, () => {
      const limit = proportionalRisks({ spectrum, noiseVariance: NOISE, pretrainingRatio }, ratio);
      const exact = [64, 128, 256].map((d) => exactRisks(d, spectrum, pretrainingRatio, ratio));
      for (const name of ["pretrained", "valueOnly", "full"] as const) {
        const [a, b, c] = exact.map((risks) => risks.other(name)) as [number, number, number];
        // An expansion in 1/d loses its first two terms: what is left is of order d⁻³ with moderate coefficients.
        const extrapolated = (8 * c - 6 * b + a) / 3;
        expectClose(extrapolated, limit[name], {
          tolerance: 1e-4 * limit[name],
          reason: "third order in 1/64",
        });
        expect(Math.abs(a - limit[name]), "further away at d = 64 than at d = 256").toBeGreaterThan(
          3 * Math.abs(c - limit[name]),
        );
      }
    });

  it("is reached by full fine-tuning on the target itself only like 1/√d, with the coefficient it states", () => {
    // c expands in powers of 1/‖Γ‖⁴: where the block is small, as after short pretraining, only far larger d would do.
    for (const { spectrum, pretrainingRatio, ratio } of settings.filter(
      (each) => each.pretrainingRatio > 1,
    )) {
      const setting = { spectrum, noiseVariance: NOISE, pretrainingRatio };
      const { full } = proportionalRisks(setting, ratio);
      const points = [64, 144, 256].map((d) => ({
        x: 1 / Math.sqrt(d),
        y: (exactRisks(d, spectrum, pretrainingRatio, ratio).target("full") - full) * Math.sqrt(d),
      }));
      // An expansion in 1/√d, read off at 0 from the parabola through three points.
      const extrapolated = points.reduce(
        (sum, { x, y }) =>
          sum + points.reduce((part, other) => (other.x === x ? part : (part * other.x) / (other.x - x)), y),
        0,
      );
      expectClose(extrapolated, fullCorrection(setting, ratio), {
        tolerance: 2e-3,
        reason: "third order, 1/(8·12·16) = 7e-4 times a coefficient of order one",
      });
    }
  });

  it("has the corrections of value-only fine-tuning that it states", () => {
    for (const { pretrainingRatio, ratio } of settings.slice(0, 2)) {
      const { onTarget, onOrthogonal } = valueOnlyCorrection(
        { noiseVariance: NOISE, pretrainingRatio },
        ratio,
      );
      const scaled = [128, 256].map((d) => {
        const { other, target } = exactRisks(d, [1], pretrainingRatio, ratio);
        return [
          (target("valueOnly") - target("pretrained")) * d,
          (other("valueOnly") - other("pretrained")) * d * d,
        ] as const;
      });
      const [[nearTarget, nearOther], [target, other]] = scaled as [
        readonly [number, number],
        readonly [number, number],
      ];
      const reason = "second order in 1/128";
      expectClose(2 * target - nearTarget, onTarget, { tolerance: 0.005, reason });
      expectClose(2 * other - nearOther, onOrthogonal, { tolerance: 0.01 * onOrthogonal, reason });
    }
  });

  it("without noise and with endless pretraining is what a hand finds", () => {
    const { pretrained, full } = proportionalRisks(
      { spectrum: [1], noiseVariance: 0, pretrainingRatio: Number.POSITIVE_INFINITY },
      2,
    );
    expect([pretrained, full]).toEqual([0.5, 1.5]);
    expect(proportionalRidge({ spectrum: [1, 3], noiseVariance: 1, pretrainingRatio: 3 })).toBe(1);
  });

  it("leaves after full fine-tuning what the pretrained model has at Γ = Σ⁻¹ = I, and 1 more: everything to be learnt", () => {
    for (const ratio of [0.1, 1, 10, Number.POSITIVE_INFINITY]) {
      const { pretrained, full } = proportionalRisks(
        { spectrum: [1], noiseVariance: NOISE, pretrainingRatio: Number.POSITIVE_INFINITY },
        ratio,
      );
      expectClose(full - pretrained, 1, { tolerance: 1e-12, reason: "rounding" });
    }
  });
});

describe("the best of all predictors", () => {
  it("is never above the pretrained model, and is least squares' n > d formula without noise", () => {
    for (const noise of [0, 0.1, 1])
      for (const ratio of [0.1, 0.5, 1, 2, 10]) {
        const bayes = proportionalBayesRisk(noise, ratio);
        for (const pretrainingRatio of [ratio, 1, 100]) {
          const setting = { spectrum: [1], noiseVariance: noise, pretrainingRatio };
          expect(bayes).toBeLessThanOrEqual(proportionalRisks(setting, ratio).pretrained);
        }
      }
    // Without noise, n examples leave the share 1 − n/d of a task unknown.
    expectClose(proportionalBayesRisk(0, 0.25), 0.75, { tolerance: 1e-15, reason: "rounding" });
    expect(proportionalBayesRisk(0, 3)).toBe(0);
    expect(proportionalBayesRisk(0.5, Number.POSITIVE_INFINITY)).toBe(0.5);
  });

  it("is the posterior variance of ridge regression at d = 150, within its own fluctuations", () => {
    const d = 150;
    for (const [ratio, noise] of [
      [0.5, 0.1],
      [2, 0.5],
    ] as const) {
      const n = ratio * d;
      const random = new RandomSource(7);
      const x = Array.from({ length: n }, () => Float64Array.from({ length: d }, () => random.normal()));
      const gram = Array.from({ length: d }, (_, i) =>
        Float64Array.from({ length: d }, (_, j) =>
          x.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? d * noise : 0),
        ),
      );
      // The spectrum is rigid: a trace of a function of it fluctuates by O(1/d) of its size.
      expectClose(noise + noise * traceOfInverse(gram), proportionalBayesRisk(noise, ratio), {
        tolerance: (3 / d) * proportionalBayesRisk(noise, ratio),
        reason: "fluctuations and bias of order 1/d",
      });
    }
  });
});

/** tr G⁻¹ by Cholesky's factor: the sum of squares of the entries of its inverse. */
function traceOfInverse(gram: readonly Float64Array[]): number {
  const d = gram.length;
  const lower = gram.map((row) => Float64Array.from(row));
  for (let j = 0; j < d; j += 1) {
    for (let k = 0; k < j; k += 1)
      for (let i = j; i < d; i += 1) lower[i]![j]! -= lower[i]![k]! * lower[j]![k]!;
    const pivot = Math.sqrt(lower[j]![j]!);
    for (let i = j; i < d; i += 1) lower[i]![j]! /= pivot;
  }
  let sum = 0;
  for (let column = 0; column < d; column += 1) {
    const solution = new Float64Array(d);
    for (let i = column; i < d; i += 1) {
      let value = i === column ? 1 : 0;
      for (let k = column; k < i; k += 1) value -= lower[i]![k]! * solution[k]!;
      solution[i] = value / lower[i]![i]!;
      sum += solution[i]! ** 2;
    }
  }
  return sum;
}

it("refuses settings that are none, in one line that names the field", () => {
  const good = { spectrum: [1], noiseVariance: 0.1, pretrainingRatio: 1 };
  for (const [bad, name] of [
    [{ ...good, spectrum: [] }, "spectrum"],
    [{ ...good, spectrum: [1, 0] }, "spectrum[1]"],
    [{ ...good, spectrum: [Number.NaN] }, "spectrum[0]"],
    [{ ...good, noiseVariance: -1 }, "noiseVariance"],
    [{ ...good, noiseVariance: Number.POSITIVE_INFINITY }, "noiseVariance"],
    [{ ...good, pretrainingRatio: 0 }, "pretrainingRatio"],
  ] as const) {
    expect(() => proportionalRisks(bad, 1)).toThrow(new RegExp(`^${name.replace(/[[\]]/g, "\\$&")}: holds`));
  }
  expect(() => proportionalRisks(good, Number.NaN)).toThrow(/^ratio: holds NaN/);
  expect(() => proportionalBayesRisk(Number.NaN, 1)).toThrow(/^noiseVariance/);
});
