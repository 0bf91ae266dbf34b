import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { FastRisk } from "../../../src/core/exact/fastRisk";
import { pack, unpack, zeroParameters } from "../../../src/core/exact/packedParameters";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { expectClose } from "../../support/expectClose";
import { packageRoot } from "../../support/root";

const FOLDER = join(packageRoot, "data/reference");

interface ReferenceRun {
  readonly d: number;
  readonly noise_var: number;
  readonly theta0: readonly number[];
  readonly params: Readonly<
    Record<string, { readonly v: readonly number[]; readonly Q: readonly (readonly number[])[] }>
  >;
}

const run = JSON.parse(
  readFileSync(join(FOLDER, "pytorch-merged-kq-seed0-parameters.json"), "utf8"),
) as ReferenceRun;
const rows = readFileSync(join(FOLDER, "pytorch-merged-kq-seed0-errors.csv"), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [regime, task, shots, mean, standardError] = line.split(",") as [
      string,
      string,
      string,
      string,
      string,
    ];
    return { regime, task, shots: Number(shots), mean: Number(mean), standardError: Number(standardError) };
  });

/** M = Qᵀ: the run scores tokens by z_qᵀ Q z_j. */
function parametersOf(regime: string, transposed = true): AttentionParameters {
  const { v, Q } = run.params[regime]!;
  return { value: v, keyQuery: transposed ? Q.map((_, i) => Q.map((row) => row[i]!)) : Q };
}

function deviations(
  transposed = true,
): readonly { regime: string; task: string; shots: number; t: number; relative: number }[] {
  const { problem } = isotropicSetting({
    dimension: run.d,
    noiseVariance: run.noise_var,
    pretrainingShots: 20,
  });
  return rows.map(({ regime, task, shots, mean, standardError }) => {
    const theta = task === "+theta0" ? run.theta0 : run.theta0.map((x) => -x);
    const exact = exactRisk(FLOAT, problem, theta, shots, parametersOf(regime, transposed));
    return { regime, task, shots, t: (mean - exact) / standardError, relative: mean / exact - 1 };
  });
}

describe("the independent PyTorch run", () => {
  it("has every regime, both tasks and 0 to 20 shots", () => {
    expect(rows).toHaveLength(Object.keys(run.params).length * 2 * 21);
  });

  // Five test seeds: the standard error is itself estimated from five numbers, so (mean − exact)/SE follows Student's t
  // with 4 degrees of freedom (variance 2), not a normal distribution.
  it("reports errors that scatter around the exact risk of its parameters as Student's t with 4 degrees of freedom", () => {
    const all = deviations();
    const sorted = all.map(({ t }) => t).sort((a, b) => a - b);
    const distance = Math.max(
      ...sorted.map((t, i) => {
        const p = studentT4(t);
        return Math.max(Math.abs(p - i / sorted.length), Math.abs(p - (i + 1) / sorted.length));
      }),
    );
    expectClose(distance * Math.sqrt(sorted.length), 0, {
      tolerance: 1.63,
      reason: "Kolmogorov-Smirnov at the one per cent level",
      input: all.filter(({ t }) => Math.abs(t) > 5),
    });
  });

  it("has no row far from the exact risk", () => {
    const worst = deviations().reduce((a, b) => (Math.abs(a.t) > Math.abs(b.t) ? a : b));
    expectClose(worst.t, 0, {
      tolerance: 15,
      reason: `P(|t₄| > 15) = 1.2e-4 per row, ${rows.length} rows`,
      input: worst,
    });
  });

  it("would not fit with keys and queries exchanged", () => {
    expect(Math.max(...deviations(false).map(({ t }) => Math.abs(t)))).toBeGreaterThan(50);
  });
});

describe("key-query-only fine-tuning from a nearly exact pretrained point", () => {
  const { problem } = isotropicSetting({
    dimension: run.d,
    noiseVariance: run.noise_var,
    pretrainingShots: 20,
  });
  const tasks = { "+theta0": run.theta0, "-theta0": run.theta0.map((x) => -x) };

  /** The released settings on the population risk itself: 5000 steps, rate 0.01, momentum 0.9, clipping at norm 1. */
  function trainKeyQuery(start: AttentionParameters): AttentionParameters {
    const engine = new FastRisk(problem);
    const target = Float64Array.from(run.theta0);
    const parameters = pack(start);
    const gradient = zeroParameters(run.d + 2);
    const velocity = new Float64Array(parameters.keyQuery.length);
    for (let step = 0; step < 5000; step += 1) {
      engine.riskAndGradient(target, 0, parameters, gradient);
      const clip = Math.min(1, 1 / Math.hypot(...gradient.keyQuery));
      velocity.forEach((speed, i) => {
        velocity[i] = 0.9 * speed + clip * gradient.keyQuery[i]!;
        parameters.keyQuery[i]! -= 0.01 * velocity[i]!;
      });
    }
    return unpack(parameters);
  }

  it("grows M until few-shot errors are near 80, as the run measured", () => {
    const trained = trainKeyQuery(parametersOf("pretrained"));
    for (const { task, shots, mean } of rows.filter(({ regime }) => regime === "zs_kq")) {
      const theta = tasks[task as keyof typeof tasks];
      expectClose(exactRisk(FLOAT, problem, theta, shots, trained), mean, {
        tolerance: 0.1 * mean,
        reason:
          "the run saw 10,000 examples: its gradient in the 28 free entries of M is off by about √(28/10⁴) = 5 %, the risk is quadratic in M",
        input: { task, shots },
      });
    }
  });

  it("moves nothing from the exact point, where v_x = 0", () => {
    const { value, keyQuery } = parametersOf("pretrained");
    const exactPoint = { value: value.map((x, i) => (i === run.d + 1 ? x : 0)), keyQuery };
    expect(trainKeyQuery(exactPoint)).toEqual(exactPoint);
  });
});

/** Distribution function of Student's t with 4 degrees of freedom. */
function studentT4(t: number): number {
  const x = t / Math.sqrt(4 + t * t);
  return 0.5 + (3 / 4) * (x - x ** 3 / 3);
}
