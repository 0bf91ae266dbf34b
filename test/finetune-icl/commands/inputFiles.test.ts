import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expectClose } from "../../support/expectClose";
import { PROGRAM } from "../../support/root";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "inputs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const pipe = at("pipe");
expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
writeFileSync(at("huge"), "");
// No block of it is on the disk.
truncateSync(at("huge"), 600 * 2 ** 20);

/** Every command that reads a file whose path it is given. */
const READERS: readonly (readonly [name: string, args: (path: string) => readonly string[]])[] = [
  ["risk", (path) => ["risk", path]],
  ["predict", (path) => ["predict", path]],
  ["prompt", (path) => ["prompt", path]],
  ["train", (path) => ["train", path]],
  ["sweep", (path) => ["sweep", path, "--out", at("none")]],
  ["merge", (path) => ["merge", path, "--out", at("none")]],
  ["course --timings", (path) => ["course", "--syllabus", "--timings", path]],
  ["course", (path) => ["course", path, "--student", at("none")]],
  ["notebooks", (path) => ["notebooks", path]],
  ["grade", (path) => ["grade", path, "--lesson", path]],
  ["language-model", (path) => ["language-model", "prepare", "--out", at("none"), "--choices", path]],
];

describe.each(READERS)("%s", (_, args) => {
  it.each([
    ["/dev/zero", /not of a device/],
    [pipe, /not of a named pipe/],
    [folder, /not of a folder/],
    [at("huge"), /at most (?:256|511) MB/],
  ])("reads no %s, and says so in one line", async (path, why) => {
    const { code, out, err } = await runMain(...args(path));
    expect(err).toMatch(/^finetune-icl: .*\n$/);
    expect(err).toMatch(why);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

it.each([
  ["verify", ["verify", "best-label-weight", "--quick"], "ledger.json"],
  ["experiment", ["experiment", "--steps", "5"], "settings.json"],
  ["study", ["study", "low-rank", "--quick"], join("low-rank", "README.md")],
])("%s reads no pipe that stands where its results would go", async (name, args, taken) => {
  const out = at(`out ${name}`);
  mkdirSync(join(out, taken, ".."), { recursive: true });
  expect(spawnSync("mkfifo", [join(out, taken)]).status).toBe(0);
  const { code, err } = await runMain(...args, "--out", out);
  expect(err).toMatch(/^finetune-icl: --out: .*\n$/);
  expect(code).toBe(2);
});

it("a pipe that the shell opened is read: <(…)", () => {
  const question = { problem: { covariance: [[1]], noiseVariance: 0.1 }, task: [1], shots: [0] };
  const parameters = {
    value: [0, 0, 1],
    keyQuery: [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ],
  };
  writeFileSync(at("risk.json"), JSON.stringify({ ...question, parameters }));
  const script = `"$0" "${PROGRAM}" risk <(cat ${at("risk.json")})`;
  const { status, stdout } = spawnSync("bash", ["-c", script, process.execPath], { encoding: "utf8" });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ risks: [{ shots: 0, risk: 1.1 }] });
});

it.runIf(process.platform === "linux")("npx behind a closed standard output ends with one line and 1", () => {
  const { status, stderr } = spawnSync("bash", ["-c", "npx finetune-icl --version >&-; exit $?"], {
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^finetune-icl: standard output: not written to the end \(it is closed\)\n$/);
  expect(status).toBe(1);
  const thrown = spawnSync("npx", ["finetune-icl", "--version"], { stdio: "ignore" });
  expect(thrown.status).toBe(0);
});

describe("a number that leaves the range of floats", () => {
  const problem = {
    covariance: [
      [2, 0.5],
      [0.5, 1],
    ],
    noiseVariance: 0.1,
    taskCovariance: [
      [0.5, 0],
      [0, 0.5],
    ],
    pretrainingShots: 20,
  };
  const predict = (more: object) => ({
    problem,
    regime: "auxiliary-full",
    targetTask: [1, 0.5],
    auxiliaryShots: 20,
    auxiliaryWeight: 1,
    testTasks: [[1, 0]],
    shots: [0, 20],
    ...more,
  });
  const ask = async (command: string, input: unknown) => {
    writeFileSync(at("extreme.json"), JSON.stringify(input));
    return runMain(command, at("extreme.json"));
  };

  it.each([1e7, 1e30, 1e155, 1e300])("is answered as the weight of an auxiliary loss: %d", async (weight) => {
    const { code, out, err } = await ask("predict", predict({ auxiliaryWeight: weight }));
    expect(code, err).toBe(0);
    const lossOf = (text: string) =>
      (JSON.parse(text) as { optimisation: { loss: number } }).optimisation.loss / weight;
    // R(0)/λ + R(n): beside such a weight what is left is the least few-shot risk, which a weight of a million already gives to R(0)/10⁶.
    const million = await ask("predict", predict({ auxiliaryWeight: 1e6 }));
    expectClose(lossOf(out), (lossOf(million.out) * weight) / 1e6, {
      tolerance: 1e-4,
      reason: "R(0, θ₀) at the minimum, a few tens, over a million",
      input: { auxiliaryWeight: weight },
    });
  });

  it.each([
    ["predict", predict({ problem: { ...problem, noiseVariance: 1e308 } }), "problem.noiseVariance"],
    [
      "predict",
      predict({
        regime: "zero-shot-value",
        auxiliaryShots: undefined,
        auxiliaryWeight: undefined,
        problem: { ...problem, noiseVariance: 1e200 },
      }),
      "problem.noiseVariance",
    ],
    ["train", { method: "exact", initialDeviation: 1e308, pretraining: { steps: 2 } }, "initialDeviation"],
    [
      "train",
      {
        method: "exact",
        problem,
        pretraining: { steps: 2 },
        fineTuning: { steps: 2, targetTask: [1, 0.5], auxiliaryWeight: 1e308 },
      },
      "fineTuning.auxiliaryWeight",
    ],
    [
      "risk",
      {
        problem: { covariance: problem.covariance, noiseVariance: 1e308 },
        task: [1, 0.5],
        shots: [0, 5],
        parameters: {
          value: [0.1, 0.2, 0.3, 1],
          keyQuery: [
            [0, 0.1, 0, 0],
            [0.1, 1, 0, 0],
            [0, 0.2, 1, 0],
            [0, 0, 0.1, 0],
          ],
        },
      },
      "problem.noiseVariance",
    ],
  ])("is named where %s has no answer to it, %#", async (command, input, field) => {
    const { code, err } = await ask(command, input);
    expect(err).toMatch(/^finetune-icl: .*\n$/);
    expect(err).toContain(`${field}: holds 1e`);
    expect(code).toBe(2);
  });
});
