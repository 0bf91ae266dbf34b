import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { printRational } from "../../../src/core/algebra/rational";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { REGIME_KINDS } from "../../../src/core/problem/regime";
import { askMain } from "../../support/askMain";
import { expectClose } from "../../support/expectClose";
import { PROGRAM } from "../../support/root";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const identity = [
  [1, 0],
  [0, 1],
];
const riskQuestion = {
  problem: { covariance: identity, noiseVariance: 0.1 },
  task: [0.6, 0.8],
  shots: [0, 3],
  parameters: {
    value: [0.1, 0, 0, 1],
    keyQuery: [
      [0.2, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ],
  },
};
const predictQuestion = {
  problem: {
    covariance: identity,
    noiseVariance: 0.1,
    taskCovariance: [
      [0.5, 0],
      [0, 0.5],
    ],
    pretrainingShots: 20,
  },
  regime: "zero-shot-value",
  targetTask: [1, 0],
  auxiliaryShots: 20,
  auxiliaryWeight: "annealed",
  testTasks: [
    [1, 0],
    [-1, 0],
  ],
  shots: [0, 4, "infinity"],
};

describe("finetune-icl risk", () => {
  it("prints the exact risk with full precision", async () => {
    const { code, out, err } = await askMain("risk", riskQuestion);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const problem = { dimension: 2, ...riskQuestion.problem };
    expect(JSON.parse(out)).toEqual({
      risks: [0, 3].map((shots) => ({
        shots,
        risk: exactRisk(FLOAT, problem, riskQuestion.task, shots, riskQuestion.parameters),
      })),
    });
  });

  it("takes and gives rationals without rounding", async () => {
    const exact = (x: number | string) => RATIONAL.from(x);
    const question = { ...riskQuestion, task: ["1/3", "-2/7"], shots: [2, "infinity"] };
    const { code, out } = await askMain("risk", question, "--exact");
    expect(code).toBe(0);
    const problem = {
      dimension: 2,
      covariance: identity.map((row) => row.map(exact)),
      noiseVariance: exact("1/10"),
    };
    const parameters = {
      value: riskQuestion.parameters.value.map(exact),
      keyQuery: riskQuestion.parameters.keyQuery.map((row) => row.map(exact)),
    };
    const expected = ([2, "infinity"] as const).map((shots) => ({
      shots,
      risk: printRational(exactRisk(RATIONAL, problem, ["1/3", "-2/7"].map(exact), shots, parameters)),
    }));
    expect(JSON.parse(out)).toEqual({ risks: expected });
  });

  it("takes a problem that was written for predict", async () => {
    const { code, out } = await askMain("risk", { ...riskQuestion, problem: predictQuestion.problem });
    expect({ code, out }).toEqual({ code: 0, out: (await askMain("risk", riskQuestion)).out });
  });

  it("measures beside it, and repeats itself for the same seed", async () => {
    const options = ["--monte-carlo", "40000", "--seed", "5"];
    const first = await askMain("risk", riskQuestion, ...options);
    const second = await askMain("risk", riskQuestion, ...options);
    expect(first.code).toBe(0);
    expect(second.out).toBe(first.out);
    const { risks } = JSON.parse(first.out) as {
      risks: { shots: number; risk: number; measured: number; standardError: number }[];
    };
    for (const { shots, risk, measured, standardError } of risks) {
      expectClose(measured, risk, {
        tolerance: 4 * standardError,
        reason: "4 standard errors, fixed seed",
        input: { shots },
      });
      expect(standardError).toBeGreaterThan(0);
    }
  });

  it("says beforehand how long many long prompts take, and ends when it is told to", async () => {
    const question = JSON.stringify({ ...riskQuestion, shots: [1_000_000_000] });
    const child = spawn(process.execPath, [PROGRAM, "risk", "-", "--monte-carlo", "1000", "--seed", "1"]);
    child.stdin.end(question);
    const [said] = (await once(child.stderr, "data")) as [Buffer];
    // 10 operations for each of 10³ · 10⁹ tokens of 4 numbers: 4 · 10¹³, at 10⁹ a second.
    expect(String(said)).toBe(
      "finetune-icl: every token of every prompt is drawn: about 12 hours of one core\n",
    );
    child.kill("SIGINT");
    await once(child, "close");
  });

  const bad: readonly (readonly [string, readonly string[], unknown, string])[] = [
    [
      "a covariance that is not square",
      [],
      withProblem({ covariance: [[1, 0]] }),
      "problem.covariance[0]: holds [1,0]; allowed: a row of 1 number: the matrix is square",
    ],
    [
      "an asymmetric covariance",
      [],
      withProblem({
        covariance: [
          [1, 0.5],
          [0, 1],
        ],
      }),
      "problem.covariance: holds [0,0.5]; allowed: a symmetric matrix",
    ],
    [
      "an indefinite covariance",
      [],
      withProblem({
        covariance: [
          [1, 2],
          [2, 1],
        ],
      }),
      "problem.covariance: holds [[1,2],[2,1]]; allowed: a positive definite matrix",
    ],
    [
      "a singular covariance",
      [],
      withProblem({
        covariance: [
          [1, 1],
          [1, 1],
        ],
      }),
      "problem.covariance: holds [[1,1],[1,1]]; allowed: a positive definite matrix",
    ],
    [
      "negative noise",
      [],
      withProblem({ noiseVariance: -0.1 }),
      "problem.noiseVariance: holds -0.1; allowed: a finite number, 0 or more",
    ],
    [
      "a missing noise variance",
      [],
      { ...riskQuestion, problem: { covariance: identity } },
      "problem.noiseVariance: holds nothing; allowed",
    ],
    [
      "an infinite number",
      [],
      JSON.stringify(riskQuestion).replace("0.1", "1e999"),
      "problem.noiseVariance: holds Infinity; allowed",
    ],
    [
      "a not-a-number",
      [],
      { ...riskQuestion, task: [null, 1] },
      "task[0]: holds null; allowed: a finite number",
    ],
    [
      "a task of the wrong length",
      [],
      { ...riskQuestion, task: [1] },
      "task: holds [1]; allowed: an array of 2 numbers",
    ],
    [
      "fractional shots",
      [],
      { ...riskQuestion, shots: [0.5] },
      "shots[0]: holds 0.5; allowed: a whole number, 0 or more",
    ],
    [
      "negative shots",
      [],
      { ...riskQuestion, shots: [-1] },
      "shots[0]: holds -1; allowed: a whole number, 0 or more",
    ],
    [
      "no shots",
      [],
      { ...riskQuestion, shots: [] },
      "shots: holds []; allowed: a non-empty array of shot counts",
    ],
    [
      "a value row of the wrong length",
      [],
      { ...riskQuestion, parameters: { ...riskQuestion.parameters, value: [1, 2] } },
      "parameters.value: holds [1,2]; allowed: an array of 4 numbers",
    ],
    [
      "a misspelt field",
      [],
      { ...riskQuestion, shot: [1] },
      "input.shot: holds [1]; allowed: only problem, task, shots, parameters",
    ],
    [
      "text for a number",
      [],
      { ...riskQuestion, task: ["1", 0] },
      'task[0]: holds "1"; allowed: a finite number',
    ],
    [
      "a broken ratio",
      ["--exact"],
      { ...riskQuestion, task: ["1/0", 0] },
      'task[0]: holds "1/0"; allowed: a number or a ratio such as "3/10"',
    ],
    [
      "infinite shots to be sampled",
      ["--monte-carlo", "10"],
      { ...riskQuestion, shots: ["infinity"] },
      'shots[0]: holds "infinity"; allowed: a whole number',
    ],
    [
      "a sample of one",
      ["--monte-carlo", "1"],
      riskQuestion,
      '--monte-carlo: holds "1"; allowed: a whole number, 2 or more',
    ],
    [
      "a seed that is no number",
      ["--monte-carlo", "10", "--seed", "x"],
      riskQuestion,
      '--seed: holds "x"; allowed: a whole number, 0 or more',
    ],
    [
      "a seed without sampling",
      ["--seed", "1"],
      riskQuestion,
      '--seed: holds "1"; allowed: only together with --monte-carlo',
    ],
    ["text that is not JSON", [], "{", 'FILE: holds "{"; allowed: JSON'],
    ["an array", [], [], "input: holds []; allowed: an object with problem, task, shots, parameters"],
  ];
  it.each(bad)("refuses %s in one line, exit 2", async (_name, args, input, message) => {
    const { code, out, err } = await askMain("risk", input, ...args);
    expect(err).toContain(`finetune-icl: ${message}`);
    expect({ code, out, lines: err.trim().split("\n").length }).toEqual({ code: 2, out: "", lines: 1 });
  });

  it("refuses on standard input what it refuses in a file, as a process too", () => {
    const { code, out, err } = runCli(["risk", "-"], { ...riskQuestion, task: [1] });
    expect({ code, out, err }).toEqual({
      code: 2,
      out: "",
      err: "finetune-icl: task: holds [1]; allowed: an array of 2 numbers\n",
    });
  });

  it("refuses a file that is not there", async () => {
    const { code, err } = await runMain("risk", "no-such-file.json");
    expect({ code, err }).toEqual({
      code: 2,
      err: 'finetune-icl: FILE: holds "no-such-file.json"; allowed: a file that can be read, or - for standard input\n',
    });
  });
});

describe("finetune-icl predict", () => {
  it("answers on standard output what it is asked on standard input", async () => {
    expect(runCli(["predict", "-"], predictQuestion)).toEqual(await askMain("predict", predictQuestion));
  });

  it.each([...REGIME_KINDS])("gives %s parameters whose exact risk is the predicted one", async (regime) => {
    const { code, out, err } = await askMain("predict", { ...predictQuestion, regime });
    expect(code).toBe(0);
    // A descent ends beside its minimum, and the answer says by how much.
    expect(err).toMatch(regime === "auxiliary-full" ? /^(?:finetune-icl: warning: .*\n)?$/ : /^$/);
    const answer = JSON.parse(out) as {
      parameters: { value: number[]; keyQuery: number[][] };
      risks: { task: number; shots: number | "infinity"; risk: number; errorBound?: number }[];
      method: string;
    };
    expect(answer.method).toBe(regime === "auxiliary-full" ? "exact optimisation" : "closed form");
    expect(answer.risks.map(({ task, shots }) => [task, shots])).toEqual(
      [0, 1].flatMap((task) => predictQuestion.shots.map((shots) => [task, shots])),
    );
    const problem = { dimension: 2, covariance: identity, noiseVariance: 0.1 };
    for (const { task, shots, risk, errorBound = 0 } of answer.risks) {
      const exact = exactRisk(FLOAT, problem, predictQuestion.testTasks[task]!, shots, answer.parameters);
      expectClose(risk, exact, {
        tolerance: 1e-13 * (1 + exact) + errorBound,
        reason: "rounding, and the bound that is printed",
        input: { regime, task, shots },
      });
    }
  });

  it.each([
    [
      "an unknown regime",
      { ...predictQuestion, regime: "zero-shot" },
      'regime: holds "zero-shot"; allowed: one of pretrained, zero-shot-full',
    ],
    [
      "a regime without its target",
      { ...predictQuestion, targetTask: undefined },
      "targetTask: holds nothing; allowed: an array of 2 numbers",
    ],
    [
      "pretraining on no shots",
      inPredictProblem({ pretrainingShots: 0 }),
      'problem.pretrainingShots: holds 0; allowed: a whole number, 1 or more, or "infinity"',
    ],
    [
      "an indefinite task covariance",
      inPredictProblem({
        taskCovariance: [
          [1, 0],
          [0, -1],
        ],
      }),
      "problem.taskCovariance: holds [[1,0],[0,-1]]; allowed: a positive semidefinite matrix other than zero",
    ],
    [
      "a task covariance of another size",
      inPredictProblem({ taskCovariance: [[1]] }),
      "problem.taskCovariance: holds [[1]]; allowed: a square matrix, an array of 2 rows",
    ],
    [
      "an auxiliary loss without its weight",
      { ...predictQuestion, regime: "auxiliary-value", auxiliaryWeight: undefined },
      'auxiliaryWeight: holds nothing; allowed: a finite number, 0 or more, or "annealed"',
    ],
    [
      "a negative auxiliary weight, also where it is not needed",
      { ...predictQuestion, auxiliaryWeight: -1 },
      'auxiliaryWeight: holds -1; allowed: a finite number, 0 or more, or "annealed"',
    ],
    [
      "an auxiliary loss without shots",
      { ...predictQuestion, regime: "auxiliary-value", auxiliaryShots: 0 },
      'auxiliaryShots: holds 0; allowed: a whole number, 1 or more, or "infinity"',
    ],
    [
      "test tasks that are no list",
      { ...predictQuestion, testTasks: {} },
      "testTasks: holds {}; allowed: a non-empty array of task vectors",
    ],
  ])("refuses %s in one line, exit 2", async (_name, input, message) => {
    const { code, out, err } = await askMain("predict", input);
    expect(err).toContain(`finetune-icl: ${message}`);
    expect({ code, out, lines: err.trim().split("\n").length }).toEqual({ code: 2, out: "", lines: 1 });
  });
});

describe("finetune-icl", () => {
  it("answers --help on every level and --version", async () => {
    for (const args of [["--help"], ["risk", "--help"], ["predict", "--help"], ["notebooks", "--help"]]) {
      const { code, out } = await runMain(...args);
      expect({ args, code, usage: out.startsWith("Usage: finetune-icl") }).toEqual({
        args,
        code: 0,
        usage: true,
      });
    }
    expect((await runMain("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([[["nonsense"]], [["risk"]], [["risk", "-", "--nonsense"]]])(
    "refuses the words %j with exit 2",
    async (args) => {
      const { code, out, err } = await runMain(...args);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(/^finetune-icl: .+\n$/);
    },
  );
});

function withProblem(change: object): unknown {
  return { ...riskQuestion, problem: { ...riskQuestion.problem, ...change } };
}

function inPredictProblem(change: object): unknown {
  return { ...predictQuestion, problem: { ...predictQuestion.problem, ...change } };
}
