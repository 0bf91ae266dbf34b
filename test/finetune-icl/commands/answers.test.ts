import { describe, expect, it } from "vitest";
import { askMain } from "../../support/askMain";
import type { CliResult } from "../../support/runCli";

const scalar = (value: number, keyQuery: number, task: number): unknown => ({
  problem: { covariance: [[1]], noiseVariance: 0.1 },
  task: [task],
  shots: [0, 1],
  parameters: {
    value: [0, 0, value],
    keyQuery: [
      [0, 0, 0],
      [0, keyQuery, 0],
      [0, 0, 0],
    ],
  },
});

/** Σ of condition 10¹², from the problem that once lost every digit. */
const NEARLY_SINGULAR = {
  problem: {
    covariance: [
      [640000.00000036, -479999.99999952],
      [-479999.99999952, 360000.00000064],
    ],
    noiseVariance: 0.1,
    taskCovariance: [
      [0.5, 0],
      [0, 0.5],
    ],
    pretrainingShots: "infinity",
  },
  regime: "zero-shot-value",
  targetTask: [1, 0.5],
  testTasks: [[1, 0.5]],
  shots: [0, 20, "infinity"],
};

interface Answer {
  readonly risks: readonly { readonly risk: number | string; readonly errorBound?: number }[];
}
const answerOf = ({ code, out, err }: CliResult): Answer => {
  expect(code, err).toBe(0);
  expect(out).not.toMatch(/null|NaN|Infinity/);
  return JSON.parse(out) as Answer;
};

describe("answers of the command line", () => {
  it("are finite where v and M are large and small but their product is not", async () => {
    const extreme = answerOf(await askMain("risk", scalar(1e-170, 1e170, 1)));
    expect(extreme).toEqual(answerOf(await askMain("risk", scalar(1, 1, 1))));
  });

  it("are refused in one line where no float is large enough", async () => {
    const { code, out, err } = await askMain("risk", scalar(1, 1, 1e200));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(
      /^finetune-icl: task: holds \[1e\+200\]; allowed: numbers whose risk at 0 shots .*\n$/,
    );
    expect(answerOf(await askMain("risk", scalar(1, 1, 1e200), "--exact")).risks[0]!.risk).toMatch(
      /^1\d{400}/,
    );
  });

  it("are those of --exact for a nearly singular Σ, which predict takes too", async () => {
    const exact = answerOf(await askMain("predict", NEARLY_SINGULAR, "--exact")).risks.map(
      ({ risk }) => risk,
    );
    expect(exact).toEqual(["250000300001/3000000", "102250216450409/1984500000", "250003600001/36000000"]);
    const floats = answerOf(await askMain("predict", NEARLY_SINGULAR)).risks;
    for (const [i, { risk, errorBound }] of floats.entries()) {
      const [numerator, denominator] = String(exact[i]).split("/").map(Number) as [number, number];
      expect(Number(risk) / (numerator / denominator)).toBeCloseTo(1, 11);
      expect(errorBound).toBeUndefined();
    }
  });

  it("carry a bound, and a warning, where digits are lost", async () => {
    const full = await askMain("predict", { ...NEARLY_SINGULAR, regime: "zero-shot-full" });
    const [zeroShot] = answerOf(full).risks;
    // After full fine-tuning nothing is left but the noise; ‖θ‖² = 250000 cancels.
    expect(zeroShot!.errorBound).toBeGreaterThan(Math.abs(Number(zeroShot!.risk) - 0.1));
    expect(full.err).toMatch(/^finetune-icl: warning: 1 of 3 risks lose digits .*\n$/);
  });

  // Followed from λ = 1 down with a gradient of rounding alone.
  it.each([
    [1e-8, 0.8710398],
    [1e-5, 0.87103851],
    ["annealed", 0.8710398],
  ] as const)(
    "have the digits that are right, and one more, after a descent with a weight of %s",
    async (auxiliaryWeight, followed) => {
      const problem = { covariance: [[1]], noiseVariance: 0.1, taskCovariance: [[1]], pretrainingShots: 20 };
      const question = {
        problem,
        regime: "auxiliary-full",
        targetTask: [0.8],
        auxiliaryShots: 20,
        auxiliaryWeight,
      };
      const asked = await askMain("predict", { ...question, testTasks: [[-0.8], [0.8]], shots: [20] });
      const [other, target] = answerOf(asked).risks as readonly { risk: number; errorBound?: number }[];
      expect(Math.abs(other!.risk - followed)).toBeLessThan(other!.errorBound!);
      expect(other!.errorBound! / other!.risk).toBeGreaterThan(1e-9);
      expect(String(other!.risk).replace(/^0\./, "").length).toBeLessThanOrEqual(
        Math.ceil(-Math.log10(other!.errorBound! / other!.risk)) + 2,
      );
      expect(asked.err).toMatch(
        /^finetune-icl: warning: \d of 2 risks lose digits .*where a descent ended.*\n$/,
      );
      // On the target itself the place in the valley makes no difference.
      expect(target!.errorBound ?? 0).toBeLessThan(1e-6);
    },
  );

  it("refuse --exact for regimes that end at irrational numbers", async () => {
    const { code, err } = await askMain(
      "predict",
      {
        ...NEARLY_SINGULAR,
        regime: "zero-shot-full",
      },
      "--exact",
    );
    expect(code).toBe(2);
    expect(err).toMatch(/regime: holds "zero-shot-full"; allowed: one of pretrained, .* with --exact/);
  });
});
