import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shownNumber } from "../../../src/base/numberText";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { FastRisk } from "../../../src/core/exact/fastRisk";
import { pack, zeroParameters } from "../../../src/core/exact/packedParameters";
import { predict } from "../../../src/core/predict/predict";
import type { ShotCount } from "../../../src/core/problem/shots";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { trainExactly } from "../../../src/core/train/trainExactly";
import { type AnyState, initialState } from "../../../src/site/explore/controls";
import { type Answer, shellLine } from "../../../src/site/explore/explorable";
import { answerAtRest, EXPLORABLES } from "../../../src/site/explore/explorables";
import { flowParameters, gradientFlowPath } from "../../../src/site/explore/gradientFlowPath";
import { alongShots, settingOf, targetTask, taskAt } from "../../../src/site/explore/setting";
import { alongAngles, turningAngle } from "../../../src/site/explore/taskMap";
import { askMain } from "../../support/askMain";
import { expectClose } from "../../support/expectClose";

/** The answer of an explorable in a state that differs from the start. */
function answer(id: string, changes: AnyState = {}): Answer {
  const explorable = EXPLORABLES.find((each) => each.id === id)!;
  const state = { ...initialState(explorable.controls), ...changes };
  return explorable.kind === "direct" ? explorable.answer(state) : explorable.start(state).answer();
}

/** What the command line answers to a line that an explorable prints, read as a shell would. */
async function runLine(line: string): Promise<unknown> {
  const [, input, args] = /^echo '(.*)' \| npx finetune-icl (.*)$/.exec(line)!;
  const [command, ...options] = args!.split(" ").filter((word) => word !== "-");
  const { code, out, err } = await askMain(command!, input!, ...options);
  // Where full fine-tuning leaves no error, the risk is 0 up to rounding, and the command says so.
  expect(err).toMatch(/^(?:finetune-icl: warning: .* lose digits to rounding.*\n)?$/);
  expect(code).toBe(0);
  return JSON.parse(out);
}

interface Answered {
  readonly risks: readonly {
    readonly task?: number;
    readonly shots: number | "infinity";
    readonly risk: number;
    readonly measured?: number;
    readonly standardError?: number;
  }[];
}

/** The risks that the lines about something print. */
async function risksOf({ questions }: Answer, about: string): Promise<Answered["risks"]> {
  const question = questions.find((each) => each.about === about)!;
  return ((await runLine(shellLine(question))) as Answered).risks;
}

/** Displayed are four digits; a value in the middle between two of them may fall to either side. */
function expectShown(got: number, expected: number, input: unknown): void {
  if (shownNumber(got) === shownNumber(expected)) return;
  expectClose(got, expected, {
    tolerance: 1e-11 * Math.abs(expected),
    reason: "two ways to compute one number, of which each shows four digits",
    input,
  });
}

const column = ({ numbers }: Answer, name: string) =>
  numbers.rows.map((row) => Number(row[numbers.columns.indexOf(name)]));

describe("the printed commands give the numbers shown", () => {
  it.each([
    {},
    { dimension: 9, noiseVariance: 0, pretrainingShots: "infinity", shots: 7, angle: 60 },
    { labelWeight: 0.35, angle: 180 },
  ])("risk curves at %o", async (changes) => {
    const shown = answer("risk-curves", changes);
    for (const row of shown.numbers.rows) {
      const risks = await risksOf(shown, String(row[0]));
      row.slice(1).forEach((value, i) => {
        expectShown(Number(value), risks[i]!.risk, { changes, row: row[0], shots: risks[i]!.shots });
      });
    }
  });

  it.each([{}, { dimension: 8, auxiliaryShots: 5, shots: 12, noiseVariance: 0.4 }])(
    "map of tasks at %o",
    async (changes) => {
      const shown = answer("task-map", changes);
      for (const name of ["without auxiliary loss", "with auxiliary loss"]) {
        const risks = await risksOf(shown, name);
        for (const [i, value] of column(shown, name).entries()) {
          expectShown(value, risks[i]!.risk, { name, row: i, changes });
        }
      }
    },
  );

  it("gradient flow: the start, a point on the way, the predicted end", async () => {
    const shown = answer("gradient-flow", { targetLength: 1.5, shots: 4, progress: 35 });
    const row = (name: string) =>
      shown.numbers.rows
        .find(([where]) => where === name)!
        .slice(3)
        .map(Number);
    for (const name of ["start", "predicted end"]) {
      const risks = await risksOf(shown, name);
      [0, 1, 3].forEach((at, i) => {
        expectShown(row(name)[i]!, risks[at]!.risk, { name, risk: risks[at] });
      });
    }
    const here = [...(await risksOf(shown, "here, on θ₀")), ...(await risksOf(shown, "here, on −θ₀"))];
    here.forEach(({ risk, shots }, i) => {
      expectShown(row("here")[i]!, risk, { here: i, shots });
    });
  });

  it("Monte Carlo: the same prompts, the same digits", async () => {
    const explorable = EXPLORABLES.find(({ id }) => id === "monte-carlo")!;
    if (explorable.kind !== "gradual") throw new Error("not gradual");
    const changes = { regime: "zero-shot-full", shots: 3, angle: 45, noiseVariance: 0.5, seed: 7 };
    const run = explorable.start({ ...initialState(explorable.controls), ...changes });
    for (let step = 0; step < 25; step += 1) run.advance();
    const shown = run.answer();
    const [risk] = await risksOf(shown, shown.questions[0]!.about);
    expect(column(shown, "simulated")[0]).toBe(risk!.measured);
    expect(column(shown, "standard error")[0]).toBe(risk!.standardError);
    expectShown(column(shown, "exact")[0]!, risk!.risk, changes);
  });

  it("anatomy: the same prompt, token by token", async () => {
    for (const regime of ["zero-shot-full", "auxiliary-value"]) {
      const shown = answer("prompt-anatomy", { regime, seed: 3, shots: 4 });
      const got = (await runLine(shellLine(shown.questions[0]!))) as {
        tokens: Record<string, number | string | null>[];
        prediction: number;
        queryLabel: number;
      };
      expect(got.tokens.map(({ label, ...rest }) => ({ ...rest, label: label ?? "?" }))).toEqual(
        shown.numbers.rows.map((row) =>
          Object.fromEntries(shown.numbers.columns.map((name, i) => [name, row[i]])),
        ),
      );
      expect(shown.figure.title).toBe(
        `Prediction ${shownNumber(got.prediction)}, true label ${shownNumber(got.queryLabel)}`,
      );
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
          const alongExamples = alongShots((n) =>
            engine.risk(Float64Array.from(taskAt(d, angle)), n, packed),
          );
          expectClose(alongExamples(shots), risk(taskAt(d, angle)), {
            tolerance: 1e-11 * Math.max(alongExamples(0), alongExamples(1), 1),
            reason: "the risk is quadratic in 1/N; rounding, up to eightfold by the extrapolation",
            input: { d, angle, shots },
          });
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
  const cases = fc.record({
    dimension: fc.integer({ min: 2, max: 10 }),
    pretrainingShots: fc.constantFrom(1, 5, 20, "infinity" as const),
    targetLength: fc.constantFrom(0.25, 0.5, 1, 2),
  });
  const start = (dimension: number, pretrainingShots: ShotCount) => {
    const setting = settingOf({ dimension, noiseVariance: 0.2, pretrainingShots });
    const { keyQuery } = predict(setting.problem, setting.pretraining, { kind: "pretrained" }).parameters;
    return { setting, blockScale: keyQuery[1]![1]! };
  };
  const norm = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);

  it("moves along the exact gradient of all entries, conserves ‖M‖² − ‖v‖², never climbs, and ends where the law says", () => {
    fc.assert(
      fc.property(cases, ({ dimension, pretrainingShots, targetLength }) => {
        const { setting, blockScale } = start(dimension, pretrainingShots);
        const { problem, pretraining } = setting;
        const { points, settled } = gradientFlowPath({ dimension, blockScale, targetLength });
        const target = targetTask(dimension).map((entry) => entry * targetLength);
        const task = Float64Array.from(target);
        const engine = new FastRisk(problem);
        const input = { dimension, pretrainingShots, targetLength };
        expect(settled, JSON.stringify(input)).toBe(true);
        const invariant = (at: (typeof points)[number]) => {
          const { value, keyQuery } = flowParameters(at, dimension);
          return norm(value) - norm(keyQuery.flat());
        };
        const gradient = zeroParameters(dimension + 2);
        for (const [i, point] of points.entries()) {
          const packed = pack(flowParameters(point, dimension));
          const risk = engine.riskAndGradient(task, 0, packed, gradient);
          expectClose(point.excess, risk - problem.noiseVariance, {
            tolerance: 1e-12 * (1 + targetLength ** 2),
            reason: "rounding: the same risk from moments and by the general engine",
            input: { ...input, i },
          });
          expectClose(invariant(point), invariant(points[0]!), {
            tolerance: points.length * 1e-5,
            reason: "an error of at most 2e-6 in each of six entries or so, at each step",
            input: { ...input, i },
          });
          const before = points[i - 1];
          if (before !== undefined) expect(point.excess).toBeLessThanOrEqual(before.excess + 1e-9);
        }
        // What the reduced coordinates leave out does not move: its gradient is zero all along.
        const middle = flowParameters(points[Math.floor(points.length / 2)]!, dimension);
        engine.riskAndGradient(task, 0, pack(middle), gradient);
        middle.value.forEach((_, i) => {
          if (i !== 1)
            expectClose(gradient.value[i]!, 0, { tolerance: 1e-12, reason: "symmetry; rounding", input });
        });
        const size = dimension + 2;
        middle.keyQuery.flat().forEach((_, i) => {
          const [row, at] = [Math.floor(i / size), i % size];
          if (row === at) return;
          expectClose(gradient.keyQuery[i]!, 0, { tolerance: 1e-12, reason: "symmetry; rounding", input });
        });
        const end = flowParameters(points.at(-1)!, dimension);
        const predicted = predict(problem, pretraining, {
          kind: "zero-shot-full",
          targetTask: target,
        }).parameters;
        const reason =
          "the excess risk is 1e-9 of its start, hence the point within about 1e-4; and the steps' errors";
        [...predicted.value, ...predicted.keyQuery.flat()].forEach((value, i) => {
          expectClose([...end.value, ...end.keyQuery.flat()][i]!, value, {
            tolerance: 1e-3,
            reason,
            input: { ...input, i },
          });
        });
      }),
      { seed: 12, numRuns: 25 },
    );
  });

  it("follows the flow of all entries: the general trainer at the same moment is at the same point", () => {
    const dimension = 3;
    const { setting, blockScale } = start(dimension, 20);
    const { points } = gradientFlowPath({ dimension, blockScale, targetLength: 1 });
    const middle = points[Math.floor(points.length / 2)]!;
    const { parameters: end } = trainExactly(
      setting.problem,
      [{ task: targetTask(dimension), shots: 0, weight: 1 }],
      flowParameters(points[0]!, dimension),
      { kind: "gradient-flow", maxTime: middle.time, stepTolerance: 1e-10 },
    );
    const got = flowParameters(middle, dimension);
    [...end.value, ...end.keyQuery.flat()].forEach((value, i) => {
      expectClose([...got.value, ...got.keyQuery.flat()][i]!, value, {
        tolerance: 2e-3,
        reason: "2e-6 a step over some hundred steps, grown by the flow",
        input: i,
      });
    });
  });
});

describe("the live Monte Carlo", () => {
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
