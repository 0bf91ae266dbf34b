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

describe("numbers that floats do not hold", () => {
  const noise = (text: string) =>
    JSON.stringify(scalar(1, 1, 1)).replace('"noiseVariance":0.1', `"noiseVariance":${text}`);

  it.each(["9007199254740993", "0.1000000000000000055511151231257827"])(
    "are refused by --exact, which would begin by rounding them, and as texts are exact: %s",
    async (text) => {
      const rounded = await askMain("risk", noise(text), "--exact");
      expect(rounded.err).toMatch(/^finetune-icl: FILE: .*write it as a text, "[\d.]+"\)\n$/);
      expect(rounded.code).toBe(2);
      const { code, out, err } = await askMain("risk", noise(JSON.stringify(text)), "--exact");
      expect(code, err).toBe(0);
      // Without a label in the prompt f is 0: the risk is that of the noise and of the task, 1.
      const [first] = (JSON.parse(out) as Answer).risks;
      const [whole, fraction = ""] = text.split(".");
      const unit = 10n ** BigInt(fraction.length);
      const [numerator, denominator = "1"] = String(first!.risk).split("/");
      const difference = BigInt(numerator!) * unit - BigInt(whole! + fraction) * BigInt(denominator);
      expect(difference, "risk − noise − 1, over a common denominator").toBe(BigInt(denominator) * unit);
    },
  );

  it.each([
    ["1e-400", /the number 1e-400 is nearer to 0 than floats/],
    [
      "1e400",
      /^finetune-icl: problem\.noiseVariance: holds Infinity; allowed: a finite number, 0 or more\n$/,
    ],
  ])("are refused where they would be 0 or infinite: %s", async (text, message) => {
    const { code, err } = await askMain("risk", noise(text));
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it("are taken where a program wrote them, and computed with all their digits", async () => {
    // The float nearest to 5e-324 is 4.94e-324, and so much was the risk off.
    const zero = scalar(0, 0, 1e150) as Record<string, unknown>;
    const { code, out, err } = await askMain("risk", {
      ...zero,
      problem: { covariance: [[5e-324]], noiseVariance: 0 },
    });
    expect(code, err).toBe(0);
    for (const { risk } of (JSON.parse(out) as Answer).risks) expect(risk).toBe(5e-24);
  });

  it("are named by the input where they arise on the way", async () => {
    const problem = {
      covariance: [[1e-150, 0, 0], [0, 1e-154, 0], [0, 0, 1e-158]],
      noiseVariance: 1e6,
      taskCovariance: [[0.5, 0, 0], [0, 1e-9, 0], [0, 0, 1e9]],
      pretrainingShots: 1,
    }; // biome-ignore format: matrices
    const more = { targetTask: [1e-5, 1e-5, 1e4], auxiliaryWeight: 1e9 };
    const { code, err } = await askMain("predict", { ...EXTREME, ...more, problem });
    expect(err).toMatch(
      /^finetune-icl: problem\.covariance\[2\]\[2\]: holds 1e-158; allowed: a number nearer to 1/,
    );
    expect(code).toBe(2);
  });
});

/** Numbers of 333 bits: in rationals each risk of these took seconds, without a word. */
const EXTREME = {
  problem: {
    covariance: [
      [1e100, 0, 0],
      [0, 1e94, 0],
      [0, 0, 1e88],
    ],
    noiseVariance: 1e-14,
    taskCovariance: [
      [0.5, 0, 0],
      [0, 1e-9, 0],
      [0, 0, 0.5],
    ],
    pretrainingShots: 1e12,
  },
  regime: "auxiliary-value",
  targetTask: [1e4, 1, 1e4],
  auxiliaryShots: 1e9,
  auxiliaryWeight: 1,
  testTasks: [
    [1, 1, 1],
    [0, 0, 0],
    [-1e3, 0, 0],
  ],
  shots: [0, 1, 20, 1e10, "infinity"],
};

describe("predict in rationals", () => {
  it("is not begun unasked where it takes long: what is lost is bounded", async () => {
    const { code, out, err } = await askMain("predict", EXTREME);
    expect(code, err).toBe(0);
    expect(err).toMatch(/^finetune-icl: warning: \d+ of 15 risks lose digits/);
    const bounds = (JSON.parse(out) as Answer).risks.map(({ errorBound }) => errorBound);
    expect(bounds.some((bound) => bound !== undefined && bound > 0)).toBe(true);
  });

  it("is refused with its estimate where it would take more than a day", async () => {
    const identity = (scale: number) =>
      Array.from({ length: 80 }, (_, i) => Array.from({ length: 80 }, (_x, j) => (i === j ? scale : 0)));
    const many = {
      ...EXTREME,
      problem: {
        covariance: identity(0.1234567890123456),
        noiseVariance: 0.1,
        taskCovariance: identity(1),
        pretrainingShots: 20,
      },
      targetTask: Array(80).fill(1),
      testTasks: [Array(80).fill(1)],
    };
    const { code, err } = await askMain("predict", many, "--exact");
    expect(err).toMatch(
      /^finetune-icl: --exact: holds "80 covariates"; allowed: less work: .* operations, and the limit/,
    );
    expect(code).toBe(2);
  });
});
