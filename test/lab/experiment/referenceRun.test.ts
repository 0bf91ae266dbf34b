import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { releasedSettings } from "../../../src/core/train/releasedSettings";
import { referenceRun } from "../../../src/lab/experiment/referenceRun";

describe("the reference run", () => {
  const run = referenceRun();

  it("measured the exact risk of its own parameters, value-only after 20 examples", () => {
    const { mean, standardError } = run.error("zs_v", "+theta0", 20);
    const exact = exactRisk(FLOAT, releasedSettings().problem, run.targetTask, 20, run.stage("zs_v"));
    // Five test seeds: t with 4 degrees of freedom, P(|t| > 8.6) = 0.001.
    expect(Math.abs(mean - exact)).toBeLessThan(8.6 * standardError);
    const transposed = run
      .stage("both")
      .keyQuery.map((_, i) => run.stage("both").keyQuery.map((row) => row[i]!));
    const wrong = { ...run.stage("both"), keyQuery: transposed };
    const both = run.error("both", "+theta0", 20);
    const risk = exactRisk(FLOAT, releasedSettings().problem, run.targetTask, 20, wrong);
    expect(Math.abs(both.mean - risk)).toBeGreaterThan(8.6 * both.standardError);
  });

  it("has a loss of pretraining for every hundredth step, falling from that of a model that predicts zero", () => {
    expect(run.pretrainingLoss).toHaveLength(run.steps / 100);
    expect(run.pretrainingLoss[0]).toBeGreaterThan(run.pretrainingLoss[run.steps / 100 - 1]!);
  });

  it("refuses a stage that it has not, and an error that it did not measure", () => {
    expect(() => run.stage("zs_q")).toThrow(InputError);
    expect(() => run.error("zs", "+theta0", 21)).toThrow(InputError);
  });
});
