import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { mapInOrder } from "../../../src/base/mapInOrder";
import { readTrainingSettings } from "../../../src/core/train/readTrainingSettings";
import { readGrid } from "../../../src/lab/sweep/grid";
import { startNode } from "../../notebooks/runner/support/processes";
import { PROGRAM } from "../../support/root";
import { expectManners, GRID, inputs, PREDICT, RISK, TRAIN } from "./support/fuzz";

const folder = mkdtempSync(join(tmpdir(), "fuzz-processes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const NOTEBOOK = {
  cells: [{ cell_type: "code", id: "a", metadata: {}, source: "1", outputs: [], execution_count: null }],
  metadata: { kernelspec: { name: "tslab", display_name: "TypeScript" } },
  nbformat: 4,
  nbformat_minor: 5,
};
const SWEEP = {
  study: { base: {}, grid: { seed: [0] }, shots: [0] },
  runs: 1,
  rows: [{ index: 0, values: { seed: 0 }, errors: [1] }],
};

/** Words that an option or a name may be given by mistake or malice. */
const WORDS = [
  "",
  "-1",
  "0x10",
  "1e99",
  "NaN",
  "nonsense",
  "\u001b[31m",
  "a\nb",
  "../..",
  "--",
  "ünïcode",
  "99999999999999999999",
  "1,2",
  "null",
  folder,
];

/** What each command may be asked. A file is named by `FILE`; `*` stands for a word. */
const ASKED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  risk: [["FILE"], ["FILE", "--exact"], ["FILE", "--monte-carlo", "*"], ["*"]],
  predict: [["FILE"], ["FILE", "--exact"], ["*"]],
  prompt: [["FILE"], ["FILE", "--seed", "*"]],
  train: [["FILE"], ["FILE", "--out", "*"], ["*"]],
  sweep: [
    ["FILE", "--shard", "*", "--out", "OUT"],
    ["FILE", "--out", "OUT"],
    ["FILE", "--jobs", "*", "--out", "OUT"],
  ],
  merge: [
    ["FILE", "--out", "OUT"],
    ["FILE", "FILE", "--out", "OUT"],
    ["*", "--out", "OUT"],
  ],
  verify: [["*"], ["--seed", "*"], ["nonsense", "--jobs", "*"]],
  notebooks: [["FILE"], ["FILE", "--timeout", "*"], ["FILE", "--set", "*"], ["*", "--check"]],
  book: [
    ["--out", "FILE"],
    ["--out", ""],
    ["--nonsense", "*"],
  ],
  grade: [["FILE"], ["FILE", "--lesson", "FILE"], ["FILE", "--jobs", "*"]],
  course: [
    ["FILE", "--student", "OUT"],
    ["FILE", "--student", ""],
    ["--timings", "FILE", "--student", "OUT"],
    ["FILE", "--timeout", "*"],
  ],
  new: [["FULL"], ["OUT", "--lessons", "*"], ["OUT", "--packages", "*"]],
  kernel: [
    ["*"],
    ["install", "--name", "*", "--prefix", "OUT", "--user"],
    ["uninstall", "--name", "*", "--prefix", "OUT", "--nonsense"],
  ],
  experiment: [
    ["--steps", "*", "--out", "FILE"],
    ["--method", "*"],
    ["--seeds", "*", "--out", "OUT"],
  ],
  study: [
    ["nonsense", "*"],
    ["--seed", "*", "nonsense"],
    ["--out", "FILE", "nonsense"],
  ],
  bench: [
    ["*", "nonsense"],
    ["nonsense", "--repeats", "*"],
  ],
};
const INPUTS: Readonly<Record<string, unknown>> = {
  risk: RISK,
  predict: PREDICT,
  prompt: RISK,
  train: TRAIN,
  sweep: GRID,
  merge: SWEEP,
  notebooks: NOTEBOOK,
  grade: NOTEBOOK,
  course: NOTEBOOK,
};

/** Inputs that are right are run elsewhere: they may ask for minutes of work. */
const asksForWork: Readonly<Record<string, (input: unknown) => unknown>> = {
  train: (input) => readTrainingSettings(input),
  sweep: (input) => readGrid(input),
};
function isWork(command: string, input: unknown): boolean {
  try {
    asksForWork[command]?.(JSON.parse(JSON.stringify(input ?? null)));
    return command in asksForWork;
  } catch {
    return false;
  }
}

/** Commands that read a file are tried more often. */
const runsOf = (command: string): number => (command in INPUTS ? 3 : 2);
const runs = Object.entries(ASKED).flatMap(([command, asked], row) =>
  fc
    .sample(
      fc.tuple(
        fc.constantFrom(...asked),
        inputs(INPUTS[command] ?? RISK),
        fc.infiniteStream(fc.constantFrom(...WORDS)),
      ),
      { numRuns: runsOf(command), seed: 17 + row },
    )
    .map(([words, input, stream], run) => ({
      command,
      words,
      input,
      run,
      word: () => String(stream.next().value),
    })),
);

describe("any call of any command", () => {
  it("answers, or says what is wrong in one line, as a process of its own", async () => {
    expect(runs.length).toBeGreaterThanOrEqual(40);
    mkdirSync(at("full"));
    writeFileSync(at("full/mine.txt"), "mine");
    const said = await mapInOrder(
      runs,
      2,
      async ({ command, words, input, run, word }) => {
        const name = `${command}-${run}`;
        const file = at(`${name}${["notebooks", "grade", "course"].includes(command) ? ".ipynb" : ".json"}`);
        writeFileSync(file, isWork(command, input) ? '{"work": 1}' : (JSON.stringify(input) ?? ""));
        const args = words.map((each) =>
          each === "*" ? word() : ({ FILE: file, OUT: at(`${name}.out`), FULL: at("full") }[each] ?? each),
        );
        const { code, signal, stdout, stderr } = await startNode([PROGRAM, command, ...args]).ended;
        try {
          expect(signal, JSON.stringify(args)).toBeNull();
          const isReport = ["notebooks", "grade"].includes(command) && stdout !== "";
          // These tell what became of each file, also where that is a failure.
          if (isReport) {
            expect([0, 1, 2]).toContain(code);
            expect(stdout).not.toMatch(/\bNaN\b|undefined/);
            JSON.parse(stdout);
          } else if (command === "merge" && code === 0) expect(stdout + stderr).toMatch(/^\d+ runs: .*\n$/);
          else expectManners([command, ...args], { code, out: stdout, err: stderr });
        } catch (error) {
          return `${JSON.stringify([command, ...args])}: ${(error as Error).message}\n${stdout}${stderr}`;
        }
        return "";
      },
      () => {},
    );
    expect(said.filter((each) => each !== "").join("\n\n")).toBe("");
    expect(existsSync(at("full/mine.txt"))).toBe(true);
  });
});
