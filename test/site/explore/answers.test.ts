import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { FastRisk } from "../../../src/core/exact/fastRisk";
import { pack } from "../../../src/core/exact/packedParameters";
import { predict } from "../../../src/core/predict/predict";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { type AnyState, initialState } from "../../../src/site/explore/controls";
import type { Answer } from "../../../src/site/explore/explorable";
import { answerAtRest, EXPLORABLES } from "../../../src/site/explore/explorables";
import { gradientFlowPath } from "../../../src/site/explore/gradientFlowPath";
import { pooled } from "../../../src/site/explore/monteCarloLive";
import { settingOf, targetTask, taskAt } from "../../../src/site/explore/setting";
import { alongAngles, turningAngle } from "../../../src/site/explore/taskMap";
import { expectClose } from "../../support/expectClose";
import { runCli } from "../../support/runCli";

/** The answer of an explorable in a state that differs from the start. */
function answer(id: string, changes: AnyState = {}): Answer {
  const explorable = EXPLORABLES.find((each) => each.id === id)!;
  const state = { ...initialState(explorable.controls), ...changes };
  return explorable.kind === "direct" ? explorable.answer(state) : explorable.start(state).answer();
}

/** What the command line answers to the question that an explorable shows. */
function askCommandLine({ question }: Answer, changes: Readonly<Record<string, unknown>> = {}) {
  const { code, out, err } = runCli([question.command, "-"], { ...question.input, ...changes });
  expect(err).toBe("");
  expect(code).toBe(0);
  return (JSON.parse(out) as { risks: { task: number; shots: number | "infinity"; risk: number }[] }).risks;
}

const asShown = (value: number) => Number(value.toPrecision(4));
/** Displayed are four digits; a value in the middle between two of them may fall to either side. */
function expectShown(got: number, expected: number, input: unknown): void {
  const reason = "displayed precision: one unit of the fourth digit";
  const tolerance = 1.001 * 10 ** (Math.floor(Math.log10(Math.abs(expected))) - 3);
  expectClose(asShown(got), asShown(expected), { tolerance, reason, input });
}

const column = ({ numbers }: Answer, name: string) =>
  numbers.rows.map((row) => Number(row[numbers.columns.indexOf(name)]));

describe("agreement with finetune-icl predict", () => {
  it.each([{}, { dimension: 9, noiseVariance: 0, pretrainingShots: "infinity", shots: 7, angle: 60 }])(
    "risk curves at %o",
    (changes) => {
      const shown = answer("risk-curves", changes);
      const kinds = [
        "pretrained",
        "zero-shot-full",
        "zero-shot-value",
        "zero-shot-key-query",
        "auxiliary-value",
      ];
      kinds.forEach((regime, row) => {
        const risks = askCommandLine(shown, { regime });
        const values = shown.numbers.rows[row]!.slice(1).map(Number);
        for (const [i, value] of values.entries()) {
          expectShown(value, risks[i]!.risk, { regime, changes, shots: risks[i]!.shots });
        }
      });
    },
  );

  it.each([{}, { dimension: 8, auxiliaryShots: 5, shots: 12, noiseVariance: 0.4 }])(
    "map of tasks at %o",
    (changes) => {
      const shown = answer("task-map", changes);
      for (const [name, regime] of [
        ["without auxiliary loss", "zero-shot-value"],
        ["with auxiliary loss", "auxiliary-value"],
      ] as const) {
        const risks = askCommandLine(shown, { regime });
        for (const [i, value] of column(shown, name).entries()) {
          expectShown(value, risks[i]!.risk, { name, row: i, changes });
        }
      }
    },
  );

  it("end of the gradient flow", () => {
    const shown = answer("gradient-flow", { targetLength: 1.5, shots: 4 });
    const risks = askCommandLine(shown);
    const end = shown.numbers.rows.at(-1)!.map(Number);
    // The path stops within 1e-8 of the minimum, hence at a distance of about 1e-4 from it.
    const reason = "distance of the end of the path, 1e-4, times the slope of the risk";
    [0, 1, 3].forEach((row, i) => {
      expectClose(end[3 + i]!, risks[row]!.risk, { tolerance: 2e-3, reason, input: risks[row] });
    });
  });

  it("exact value beside the Monte Carlo", () => {
    const shown = answer("monte-carlo", {
      regime: "zero-shot-full",
      shots: 3,
      angle: 45,
      noiseVariance: 0.5,
    });
    expectShown(column(shown, "exact")[0]!, askCommandLine(shown)[0]!.risk, shown.question.input);
  });

  it("question of the prompt anatomy is one the command line understands", () => {
    for (const regime of ["pretrained", "zero-shot-full", "auxiliary-value"]) {
      const shown = answer("prompt-anatomy", { regime });
      expect(askCommandLine(shown)).toHaveLength(1);
    }
  });
});

describe("the map of tasks", () => {
  it("knows the risk at every angle from three", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.double({ min: 0, max: 180, noNaN: true }),
        fc.nat({ max: 30 }),
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (d, angle, shots, [a, b, c, w]) => {
          const { problem } = settingOf({ dimension: d, noiseVariance: 0.3, pretrainingShots: 5 });
          const parameters = blockParameters(FLOAT, {
            block: Array.from({ length: d }, (_, i) =>
              Array.from({ length: d }, (_, j) => (i === j ? a! : 0)),
            ),
            scoreScale: b!,
            valueVector: targetTask(d).map((entry) => entry * c!),
            labelWeight: w!,
          });
          const engine = new FastRisk(problem);
          const packed = pack(parameters);
          const risk = (task: readonly number[]) => engine.risk(Float64Array.from(task), shots, packed);
          const scale = Math.max(...[0, 90, 180].map((each) => risk(taskAt(d, each))));
          expectClose(alongAngles(d, risk)(angle), risk(taskAt(d, angle)), {
            tolerance: 1e-12 * scale,
            reason: "the risk is a quadratic polynomial of the task; rounding",
            input: { d, angle, shots },
          });
        },
      ),
      { seed: 8, numRuns: 200 },
    );
  });

  it("turns at 60 degrees where test, auxiliary and pretraining prompts are equally long", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.constantFrom(1, 5, 20, 40),
        (dimension, noiseVariance, shots) => {
          const changes = { dimension, noiseVariance, pretrainingShots: shots, auxiliaryShots: shots, shots };
          const change = column(answer("task-map", changes), "change");
          expectClose(change[2]!, 0, {
            tolerance: 1e-12,
            reason: "rounding of a difference of two risks of order 1",
            input: changes,
          });
          expect(change[0]).toBeLessThan(0);
          expect(change[6]).toBeGreaterThan(0);
        },
      ),
      { seed: 9, numRuns: 40 },
    );
  });

  it("finds the angle where a change of sign is, and says when there is none", () => {
    expectClose(turningAngle((degrees) => degrees - 77)!, 77, { tolerance: 1e-8, reason: "bisection" });
    expect(turningAngle(() => 1)).toBeUndefined();
    expect(turningAngle(() => 0)).toBeUndefined();
  });
});

describe("the path of gradient flow", () => {
  const { problem, pretraining } = settingOf({ dimension: 3, noiseVariance: 0.2, pretrainingShots: 20 });
  const start = predict(problem, pretraining, { kind: "pretrained" }).parameters;
  const path = gradientFlowPath(problem, [0.8, 0.3, 0], start);
  const norm = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);

  it("conserves ‖v‖² − ‖M‖² and never climbs", () => {
    const engine = new FastRisk(problem);
    const target = Float64Array.from([0.8, 0.3, 0]);
    const invariant = path.map(({ parameters }) => norm(parameters.value) - norm(parameters.keyQuery.flat()));
    const risks = path.map(({ parameters }) => engine.risk(target, 0, pack(parameters)));
    const tolerance = path.length * 1e-5;
    const reason = "an error of at most 1e-5 in each step";
    for (const value of invariant) expectClose(value, invariant[0]!, { tolerance, reason });
    for (const [i, risk] of risks.slice(1).entries()) expect(risk).toBeLessThanOrEqual(risks[i]! + 1e-9);
  });

  it("ends where the conservation law says", () => {
    const end = path.at(-1)!.parameters;
    const predicted = predict(problem, pretraining, {
      kind: "zero-shot-full",
      targetTask: [0.8, 0.3, 0],
    }).parameters;
    const reason =
      "the risk is within 1e-8 of its minimum, hence the point within about 1e-4; and the steps' errors";
    for (const [i, value] of predicted.value.entries()) {
      expectClose(end.value[i]!, value, { tolerance: 1e-3, reason, input: i });
    }
    predicted.keyQuery.flat().forEach((value, i) => {
      expectClose(end.keyQuery.flat()[i]!, value, { tolerance: 1e-3, reason, input: i });
    });
  });
});

describe("the live Monte Carlo", () => {
  it("pools estimates as if their samples were one", () => {
    const estimate = (sample: readonly number[]) => {
      const n = sample.length;
      const mean = sample.reduce((sum, x) => sum + x, 0) / n;
      const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
      return { prompts: n, mean, standardError: Math.sqrt(variance / n) };
    };
    const samples = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        const together = estimate([...a, ...b]);
        const got = pooled(estimate(a), estimate(b));
        expect(got.prompts).toBe(together.prompts);
        const how = {
          tolerance: 1e-7,
          reason: "rounding of sums of squares up to 4000 under a square root",
          input: [a, b],
        };
        expectClose(got.mean, together.mean, how);
        expectClose(got.standardError, together.standardError, how);
      }),
      { seed: 10, numRuns: 200 },
    );
  });

  it("gives the same bytes for the same seed, others for another, and gets nearer", () => {
    const explorable = EXPLORABLES.find(({ id }) => id === "monte-carlo")!;
    if (explorable.kind !== "gradual") throw new Error("not gradual");
    const answerAfter = (seed: number, steps: number) => {
      const run = explorable.start({ ...initialState(explorable.controls), seed });
      for (let step = 0; step < steps; step += 1) expect(run.advance()).toBe(true);
      return run.answer();
    };
    expect(JSON.stringify(answerAfter(1, 30))).toBe(JSON.stringify(answerAfter(1, 30)));
    expect(JSON.stringify(answerAfter(1, 30))).not.toBe(JSON.stringify(answerAfter(2, 30)));
    const [early, late] = [answerAfter(3, 1), answerAfter(3, 60)];
    expect(column(late, "standard error")[0]!).toBeLessThan(column(early, "standard error")[0]! / 10);
    expect(Math.abs(column(late, "standard errors apart")[0]!)).toBeLessThan(4.5);
  });
});

describe.each(EXPLORABLES.map((explorable) => [explorable.id, explorable] as const))(
  "%s at rest",
  (_id, explorable) => {
    const { figure, words, numbers } = answerAtRest(explorable);
    it("has drawn data, words and numbers", () => {
      expect(figure.data.length).toBeGreaterThan(0);
      expect(JSON.stringify(figure)).not.toMatch(/NaN|null|Infinity/);
      expect(words.length).toBeGreaterThan(1);
      for (const sentence of words) expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(words.join(" ")).not.toMatch(/NaN|undefined|Infinity/);
      expect(numbers.rows.length).toBeGreaterThan(0);
    });
  },
);
