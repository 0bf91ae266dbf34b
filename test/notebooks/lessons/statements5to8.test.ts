import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordsOf } from "../../../src/base/plainTable";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { keyQueryFlow } from "../../../src/core/predict/keyQueryFlow";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import type { Regime } from "../../../src/core/problem/regime";
import { unitTask } from "../../../src/core/problem/unitTask";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { valueOnlyOptimum, valueOnlyParameters } from "../../../src/core/theory/zeroShotValue";
import { factorisedFlowLoss, leavingTime, noisyFactors } from "../../../src/core/train/saddleEscape";
import { trainExactly } from "../../../src/core/train/trainExactly";
import { loadTable } from "../../../src/files/table";
import { referenceRun } from "../../../src/lab/experiment/referenceRun";
import { trainReleased } from "../../../src/lab/experiment/trainReleased";
import { packageRoot } from "../../support/root";
import { cellOf, said } from "./support/storedLesson";

/**
 * Sentences of lessons 5 to 8b that were once written from memory, and were wrong. Each number is computed here by the exact risk of the
 * parameters (the lessons use closed forms where there are some) and looked for in what the stored lesson says.
 */

const { problem, pretraining } = isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: 20 });
const target = unitTask(5, 0);
const opposite = unitTask(5, 0, -1);
const after = (regime: Regime): AttentionParameters => predict(problem, pretraining, regime).parameters;
const pretrained = after({ kind: "pretrained" });
const valueOnly = after({ kind: "zero-shot-value", targetTask: target });
const risk = (parameters: AttentionParameters, task: readonly number[], shots: number): number =>
  exactRisk(FLOAT, problem, task, shots, parameters);
const upTo = (most: number): readonly number[] => Array.from({ length: most }, (_, k) => k + 1);
const three = (value: number): string => String(Number(value.toPrecision(3)));

describe("lesson 5 says", () => {
  const text = said("05-value-only-fine-tuning-remembers.ipynb", "curves-read");

  it("what one example does to the value-only model on its own target", () => {
    const [none, one] = [0, 1].map((n) => risk(valueOnly, target, n));
    expect(one!).toBeGreaterThan(none!);
    expect(text).toContain(
      `from ${three(none!)} without an example to ${three(one!)} with one: it **rises**`,
    );
  });

  it("for which numbers of examples it is worse than no fine-tuning, and from which on better than with none", () => {
    const worse = upTo(200).filter((n) => risk(valueOnly, target, n) > risk(pretrained, target, n));
    expect(worse).toEqual(upTo(200).filter((n) => n >= worse[0]! && n <= worse[worse.length - 1]!));
    expect(text).toContain(
      `And for n = ${worse[0]} to ${worse[worse.length - 1]} it is worse *on its own target*`,
    );
    const better = upTo(200).filter((n) => risk(valueOnly, target, n) < risk(valueOnly, target, 0));
    expect(text).toContain(`better than with none for n = ${better[0]} and more`);
  });

  it("how the excess compares with the pretrained one at a hundred examples: not alike on every task", () => {
    const ratio = (task: readonly number[]) =>
      three((risk(valueOnly, task, 100) - 0.1) / (risk(pretrained, task, 100) - 0.1));
    expect(said("05-value-only-fine-tuning-remembers.ipynb", "excess-on-target")).toMatch(
      new RegExp(`${ratio(target)} times the pretrained one on .* and ${ratio(opposite)} times on `),
    );
  });

  it("'never' where no number of examples is enough", () => {
    const short = isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: 5 });
    const value = predict(short.problem, short.pretraining, { kind: "zero-shot-value", targetTask: target });
    const plain = predict(short.problem, short.pretraining, { kind: "pretrained" });
    const least = Math.min(...[...upTo(2000), "infinity" as const].map((n) => plain.risk(target, n)));
    expect(least).toBeGreaterThan(value.risk(target, 0));
    expect(said("05-value-only-fine-tuning-remembers.ipynb", "overtakes-table")).toMatch(/^ *5 +5 .*never$/m);
  });
});

describe("lesson 5 takes away", () => {
  it("after pretraining on how few examples no number of them beats the memory alone on the target", () => {
    const hopeless = [1, 2, 3, 4, 5].filter((m) => {
      const short = isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: m });
      const { parameters } = predict(short.problem, short.pretraining, {
        kind: "zero-shot-value",
        targetTask: target,
      });
      const at = (n: number | "infinity") => exactRisk(FLOAT, short.problem, target, n, parameters);
      // A polynomial of degree two in 1/N, below R(0) nowhere if not on a grid this fine or at its end.
      return [...upTo(1000), 3000, 10000, "infinity" as const].every((n) => at(n) > at(0));
    });
    expect(hopeless).toEqual([1, 2]);
    const text = [cellOf("05-value-only-fine-tuning-remembers.ipynb", "take-away").source].flat().join("");
    expect(text).toContain(
      "after pretraining on one or two examples (for $d = 5$ and $\\sigma^2 = 0.1$) no number of them does",
    );
  });
});

describe("lesson 5 prices", () => {
  it("uneven scores above even ones, for a target along any direction", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 }),
        (entries) => {
          const here = isotropicSetting({
            dimension: entries.length,
            noiseVariance: 0,
            pretrainingShots: 1,
          });
          const block = entries.map((x, i) => entries.map((_, j) => (i === j ? x : 0)));
          const along = unitTask(entries.length, 0);
          const vector = valueOnlyOptimum(FLOAT, here.problem, block, along);
          const price = exactRisk(FLOAT, here.problem, along, 0, valueOnlyParameters(FLOAT, block, vector));
          // 64 roundings of numbers of order one.
          expect(price).toBeGreaterThanOrEqual(2 / (entries.length + 4) - 64 * Number.EPSILON);
        },
      ),
      { seed: 5, numRuns: 60 },
    );
    expect(said("05-value-only-fine-tuning-remembers.ipynb", "price-read")).toContain(
      "Along the solid line the price falls like $\\frac2d$.",
    );
  });

  it("the first bit of a constant score (exercise 5.4) below none at all on another task, and the rest above it", () => {
    const block = pretrained.keyQuery.slice(1, 6).map((row) => row.slice(1, 6));
    const gamma = block[0]![0]!;
    const elsewhere = (c: number): number => {
      const stored = (c + 7 * gamma) / (c ** 2 + 14 * c * gamma + 63 * gamma ** 2);
      const valueVector = target.map((x) => x * stored);
      return risk(blockParameters(FLOAT, { block, scoreScale: c, valueVector }), unitTask(5, 1), 20);
    };
    const steps = Array.from({ length: 201 }, (_, k) => k / 200);
    const risks = steps.map(elsewhere);
    const least = risks.indexOf(Math.min(...risks));
    const text = [cellOf("05-value-only-fine-tuning-remembers.ipynb", "solution-5-4").source].flat().join("");
    expect(text).toContain(
      `gains $${Math.round(1e5 * (risks[0]! - risks[least]!))}\\cdot10^{-5}$, at $c = ${steps[least]!.toFixed(2)}$`,
    );
    for (const [k, each] of risks.entries()) if (k > least) expect(each).toBeGreaterThan(risks[k - 1]!);
  });

  it("a task near the target below silence at zero shots, and not only the target: where lesson 10 says", () => {
    const at = (degrees: number): number => {
      const angle = (degrees * Math.PI) / 180;
      return risk(valueOnly, [Math.cos(angle), Math.sin(angle), 0, 0, 0], 0);
    };
    expect(at(59)).toBeLessThan(1.1);
    expect(at(61)).toBeGreaterThan(1.1);
    const text = [cellOf("05-value-only-fine-tuning-remembers.ipynb", "excess-heading").source]
      .flat()
      .join("");
    expect(text).toContain("On the other two tasks");
    // Lesson 10's claim of one's own is lesson 5's formula at n = 0.
    const claim = (theta: readonly number[]): number =>
      0.1 + theta.reduce((sum, x) => sum + x * x, 0) + (7 / 9) * (1 - 2 * theta[0]!);
    for (const theta of [target, opposite, [0.3, -2, 1, 0, 0.5]])
      expect(risk(valueOnly, theta, 0)).toBeCloseTo(claim(theta), 12);
  });
});

describe("lesson 6 says", () => {
  it("that (d + 3)/(d + 4) is best for the target, and for no other task of its length; for shorter ones it may be", () => {
    const bestWeight = (theta: readonly number[]): number =>
      1 - theta[0]! / (9 * theta.reduce((sum, x) => sum + x * x, 0));
    for (const degrees of [10, 60, 90, 180]) {
      const angle = (degrees * Math.PI) / 180;
      expect(bestWeight([Math.cos(angle), Math.sin(angle)])).toBeGreaterThan(8 / 9 + 1e-4);
      // Its foot on the sphere over the target as a diameter.
      if (degrees < 90) {
        const shorter = [Math.cos(angle) ** 2, Math.cos(angle) * Math.sin(angle)];
        expect(bestWeight(shorter)).toBeCloseTo(8 / 9, 12);
      }
    }
    const text = [cellOf("06-the-auxiliary-loss-takes-sides.ipynb", "take-away").source].flat().join("");
    expect(text).toContain("is right for the target, and for no other task of its length");
  });

  it("where the best weight for short prompts would be without the noise of labels: hardly elsewhere", () => {
    const best = (noiseVariance: number): number => {
      const at = (labelWeight: number): number => {
        const value = valueOnly.value.map((x, i) => (i === valueOnly.value.length - 1 ? labelWeight : x));
        return exactRisk(FLOAT, { ...problem, noiseVariance }, target, 20, { ...valueOnly, value });
      };
      const [zero, half, one] = [at(0), at(0.5), at(1)];
      return 0.5 - (one! - zero!) / (4 * (one! - 2 * half! + zero!));
    };
    const text = said("06-the-auxiliary-loss-takes-sides.ipynb", "path-why");
    expect(text).toContain(
      `at ${three(best(0.1))}; if labels had no noise, the same block would have it at ${three(best(0))}.`,
    );
    // Endless examples would like 1/γ − 1/((d + 4)γ): the scatter of short prompts, not the noise, is the greater part of the way from there.
    const gamma = pretrained.keyQuery[1]![1]!;
    const endless = (1 - 1 / 9) / gamma;
    expect((best(0) - best(0.1)) / (endless - best(0.1))).toBeLessThan(0.1);
    for (const cell of ["path-why", "angle-read"])
      expect(said("06-the-auxiliary-loss-takes-sides.ipynb", cell)).toContain("is far from $\\Sigma$");
  });

  it("at which lengths of test prompts there is a border between gain and loss at all", () => {
    const auxiliary = after({
      kind: "auxiliary-value",
      targetTask: target,
      auxiliaryShots: 20,
      auxiliaryWeight: "annealed",
    });
    const change = (task: readonly number[], n: number): number =>
      risk(auxiliary, task, n) - risk(valueOnly, task, n);
    const bordered = upTo(100).filter((n) => change(target, n) * change(opposite, n) < 0);
    const [first, last] = [bordered[0]!, bordered[bordered.length - 1]!];
    expect(bordered).toHaveLength(last - first + 1);
    expect(change(opposite, first - 1), "shorter: even the opposite task gains").toBeLessThan(0);
    expect(change(target, last + 1), "longer: even the target pays").toBeGreaterThan(0);
    const text = said("06-the-auxiliary-loss-takes-sides.ipynb", "angle-read");
    expect(text).toContain(`A border exists for test prompts of ${first} to ${last} examples.`);
    expect(text).toContain("At that length the border stands at 60.0°");
  });
});

describe("lessons 7 and 7b say", () => {
  it("how early the damage of key-query fine-tuning shows", () => {
    const run = referenceRun();
    const risks = [0, 100, 200, 500].map((step) =>
      three(
        risk(keyQueryFlow(problem, run.targetTask, run.stage("pretrained"), step * 0.1), run.targetTask, 20),
      ),
    );
    expect(said("07-query-key-value.ipynb", "growth-read")).toContain(
      `goes from ${risks[0]} to ${risks[1]} within a hundred steps, ${risks[2]} within two hundred and ${risks[3]} within five hundred`,
    );
  });

  it("what error full fine-tuning on sampled batches leaves: never none", () => {
    const found = / above the floor, by ([\d.]+) on average and ([\d.]+) at least/.exec(
      said("07b-one-run-and-many.ipynb", "sampled-read"),
    )!;
    const stages = trainReleased({
      method: "sampled",
      keyQuery: "merged",
      steps: 5000,
      batchSize: 200,
      regimes: ["zs"],
      test: { seeds: 2, prompts: 2 },
      largestShots: 0,
      record: { schedule: { every: 100 }, measure: (parameters) => parameters },
    });
    const released = { ...problem, noiseVariance: 0.1 };
    const errors = stages.stages
      .get("zs")!
      .records.filter(({ at }) => at > 2500)
      .map(({ value }) => exactRisk(FLOAT, released, stages.targetTask, 0, value) - 0.1);
    const mean = errors.reduce((sum, x) => sum + x, 0) / errors.length;
    expect(found.slice(1)).toEqual([three(mean), three(Math.min(...errors))]);
    expect(Math.min(...errors)).toBeGreaterThan(0);
  });

  it("how many sampled seeds gain when the query matrix is trained with an auxiliary loss", () => {
    const rows = recordsOf(loadTable(join(packageRoot, "data", "experiment", "separate-errors.csv"))).filter(
      (row) => row.method === "sampled" && row.shots === 20,
    );
    const gains = (task: string): string => {
      const [tuned, before] = ["both_q", "pretrained"].map((regime) =>
        rows.filter((row) => row.regime === regime && row.task === task),
      );
      const better = tuned!.filter((row) => {
        const own = before!.find(({ seed }) => seed === row.seed)!;
        return Number(row.exact) < Number(own.exact);
      });
      return `${better.length} of ${tuned!.length}`;
    };
    expect(said("07b-one-run-and-many.ipynb", "separate-seeds-read")).toContain(
      `${gains("+theta0")} seeds gain on $\\theta_0$ and ${gains("-theta0")} on $-\\theta_0$`,
    );
  });
});

describe("exercise 7b.1", () => {
  it("doubling the batch halves the detour, halving the rate at least halves it", () => {
    const above = (rate: number, h: number, batch: number) => rate / (4 * batch * (1 - rate * h));
    for (const [rate, h] of [
      [0.01, 2],
      [0.05, 15],
      [0.4, 2],
    ] as const) {
      expect(above(rate, h, 20) / above(rate, h, 10)).toBeCloseTo(0.5, 12);
      expect(above(rate / 2, h, 10) / above(rate, h, 10)).toBeLessThan(0.5);
    }
    const text = [cellOf("07b-one-run-and-many.ipynb", "solution-7b-1").source].flat().join("");
    expect(text).toContain("halving the rate at least halves it");
  });
});

describe("lessons 8 and 8b say", () => {
  it("which share of what 20 examples are worth is kept between the two acts", () => {
    const motion = {
      kind: "gradient-flow",
      gradientTolerance: 0,
      stepTolerance: 1e-9,
      maxTime: 0.1,
    } as const;
    const times = Array.from({ length: 25 }, (_, k) => 10 ** (-3 + k / 12));
    const { path } = trainExactly(problem, [{ task: target, shots: 0, weight: 1 }], pretrained, motion, {
      at: times,
    });
    const between = path.find(({ value }) => risk(value, target, 0) - 0.1 < 1.1 * (2 / 9))!.value;
    const worth = (parameters: AttentionParameters): number => 1.1 - risk(parameters, unitTask(5, 1), 20);
    expect(said("08-training-dynamics.ipynb", "forgetting-read")).toContain(
      `keeps ${three((100 * worth(between)) / worth(pretrained))} % of what 20 examples are worth on a task at right angles`,
    );
  });

  it("that with 20 examples 'worse than none' falls into the first act, with 100 into the second", () => {
    const times = Array.from({ length: 61 }, (_, k) => 10 ** (-3 + k / 12));
    const motion = {
      kind: "gradient-flow",
      gradientTolerance: 0,
      stepTolerance: 1e-9,
      maxTime: 100,
    } as const;
    const { path } = trainExactly(problem, [{ task: target, shots: 0, weight: 1 }], pretrained, motion, {
      at: times,
    });
    const crossing = (n: number): number =>
      path.find(({ value }) => risk(value, target, n) > risk(value, target, 0))!.at;
    // The first act ends where the value row has learnt: the zero-shot risk is within a hundredth of the price.
    const price = 2 / 9;
    const firstActEnds = path.find(({ value }) => risk(value, target, 0) - 0.1 < 1.01 * price)!.at;
    const secondActBegins = path.find(({ value }) => value.keyQuery[0]![0]! > 0.5)!.at;
    expect(crossing(20)).toBeLessThanOrEqual(firstActEnds);
    expect(crossing(100)).toBeGreaterThan(secondActBegins);
  });

  it("by what half the rate divides the drift over the same time: not by two", () => {
    const driftAt = (rate: number, momentum: number, clipNorm: number | "none", steps: number): number => {
      const optimiser = { kind: "sgd", learningRate: rate, momentum } as const;
      const loss = [{ task: target, shots: 0, weight: 1 }];
      const end = trainExactly(problem, loss, pretrained, { kind: "descent", steps, optimiser, clipNorm });
      const conserved = ({ keyQuery, value }: AttentionParameters): number =>
        [...keyQuery.flat().map((x) => x * x), ...value.map((x) => -x * x)].reduce((sum, x) => sum + x, 0);
      return conserved(end.parameters) - conserved(pretrained);
    };
    const factors = (
      [
        [0, "none", 10_000],
        [0.9, "none", 2000],
        [0.9, 1, 2000],
      ] as const
    ).map(([momentum, clip, steps]) =>
      three(driftAt(0.01, momentum, clip, steps) / driftAt(0.005, momentum, clip, 2 * steps)),
    );
    expect(said("08b-steps-instead-of-flow.ipynb", "drift-read")).toContain(
      `divide the drift by ${factors[0]} without momentum, by ${factors[1]} with it and by ${factors[2]} when it is clipped`,
    );
  });

  it("a leaving time for larger pretrained scores, too (exercise 8.3)", () => {
    const { source } = cellOf("08-training-dynamics.ipynb", "answer-8-3");
    expect(source).toContain("horizon * Math.max(1, scale)");
    // In the plane, where it is quick; the lesson's horizon is 170 there.
    const plane = isotropicSetting({ dimension: 2, noiseVariance: 0.1, pretrainingShots: 20 });
    const gamma = predict(plane.problem, plane.pretraining, { kind: "pretrained" }).parameters
      .keyQuery[1]![1]!;
    const noise = { deviation: 1e-3, random: new RandomSource(8, 1) };
    const start = noisyFactors(2, 2.5 * gamma, noise);
    const left = leavingTime(factorisedFlowLoss(plane.problem, unitTask(2, 0), start, 2.5 * 170), 0.2);
    expect(left).toBeGreaterThan(170);
    expect(left).toBeLessThan(2.5 * 170);
  });

  it("where the first step of descent is, and where the flow is then", () => {
    const loss = [{ task: target, shots: 0, weight: 1 }];
    const optimiser = { kind: "sgd", learningRate: 0.01, momentum: 0 } as const;
    const step = trainExactly(problem, loss, pretrained, {
      kind: "descent",
      steps: 1,
      optimiser,
      clipNorm: "none",
    });
    const motion = {
      kind: "gradient-flow",
      gradientTolerance: 0,
      stepTolerance: 1e-9,
      maxTime: 0.01,
    } as const;
    const flow = trainExactly(problem, loss, pretrained, motion);
    const [descended, flowed] = [step, flow].map(({ parameters }) => three(risk(parameters, target, 0)));
    expect(said("08b-steps-instead-of-flow.ipynb", "sgd-read")).toContain(
      `after the first step the loss is ${descended}, where the flow has ${flowed}`,
    );
  });
});

describe("lesson 8 says what the risk near the saddle of separate factors changes by", () => {
  it("to second order in v₀, ℓ and M₀₀, for any covariance", () => {
    const covariance = [
      [2, 0.5],
      [0.5, 1],
    ];
    const inverse = [
      [1 / 1.75, -0.5 / 1.75],
      [-0.5 / 1.75, 2 / 1.75],
    ];
    const [d, c, noiseVariance] = [2, 0.9, 0.1];
    const here = { dimension: d, noiseVariance, covariance };
    const task = [0.8, -0.5];
    const vector = task.map((x) => x / (c * (d + 4)));
    const under = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, x, i) => sum + covariance[i]!.reduce((row, s, j) => row + x * s * b[j]!, 0), 0);
    const riskAt = (m00: number, v0: number, linear: readonly number[]): number =>
      exactRisk(FLOAT, here, task, 0, {
        value: [v0, ...vector, 1],
        keyQuery: [
          [m00, ...linear, 0],
          ...inverse.map((row) => [0, ...row.map((x) => c * x), 0]),
          [0, 0, 0, 0],
        ],
      });
    const saddle = riskAt(0, 0, [0, 0]);
    // The risk at the saddle: the price of value-only fine-tuning.
    expect(saddle).toBeCloseTo(noiseVariance + (2 * under(task, task)) / (d + 4), 12);
    const slope = (4 * under(task, task)) / (c * (d + 4) ** 2);
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
        (v0, linear) => {
          const s = under(linear, vector);
          // Gaussian moments of (ℓᵀx)(v_xᵀx) + v₀ xᵀAx with A = cΣ⁻¹.
          const square =
            under(linear, linear) * under(vector, vector) +
            2 * s * s +
            2 * (d + 2) * c * v0 * s +
            d * (d + 2) * c * c * v0 * v0;
          const rest = square - (4 / (d + 4)) * v0 * under(linear, task);
          // Even in the direction: what is left is of fourth order, of size one to ten, and a step of 1e-3 leaves a millionth of it.
          const step = 1e-3;
          const change =
            (riskAt(0, step * v0, [step * linear[0]!, step * linear[1]!]) +
              riskAt(0, -step * v0, [-step * linear[0]!, -step * linear[1]!]) -
              2 * saddle) /
            (2 * step * step);
          expect(Math.abs(change - rest), `v₀ ${v0}, ℓ ${linear}: ${change}, ${rest}`).toBeLessThan(1e-5);
          expect(rest).toBeGreaterThanOrEqual(0);
          const form =
            under(linear, linear) * under(vector, vector) +
            2 * s * s +
            2 * c * d * v0 * s +
            d * (d + 2) * c * c * v0 * v0;
          // Rounding of terms of size ten.
          expect(Math.abs(form - rest)).toBeLessThan(1e-12);
        },
      ),
      { seed: 8, numRuns: 100 },
    );
    const step = 1e-3;
    expect((riskAt(step, 0, [0, 0]) - riskAt(-step, 0, [0, 0])) / (2 * step)).toBeCloseTo(-slope, 9);
    const text = [cellOf("08-training-dynamics.ipynb", "mathematics").source].flat().join("");
    expect(text).toContain("\\tfrac4{d+4}\\,v_0\\,\\ell^\\top\\Sigma\\theta_0");
  });
});
