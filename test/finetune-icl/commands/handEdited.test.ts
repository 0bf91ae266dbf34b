import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "edited-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(
    path,
    typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content),
  );
  return path;
};
const INPUT = { method: "sampled", batchSize: 2, pretraining: { steps: 2 } };
const STUDY = { base: INPUT, grid: { seed: [0] }, shots: [0], test: { seeds: 2, prompts: 2 } };

/** Exit 2, nothing on standard output, and one line that a person can act on. */
async function expectRefusal(args: readonly string[], line: RegExp): Promise<void> {
  const { code, out, err } = await runMain(...args);
  expect(err, args.join(" ")).toMatch(/^finetune-icl: .*\n$/);
  expect(err).toMatch(line);
  expect(err).not.toMatch(/undefined|null is not|Cannot read/);
  expect({ code, out }).toEqual({ code: 2, out: "" });
}

describe("a kept file that somebody edited", () => {
  it.each([
    ["no object", "[]"],
    ["nothing", ""],
    ["done without a result", { status: "done", input: INPUT }],
    ["unfinished without a run", { status: "unfinished", input: INPUT }],
    [
      "a run without numbers",
      { status: "unfinished", input: INPUT, run: { finished: {}, current: { step: "1" } } },
    ],
    ["an unknown status", { status: "perhaps", input: INPUT, result: {} }],
    ["the input of another run", { status: "done", input: { ...INPUT, seed: 9 }, result: {} }],
    ["a name twice", `{"status": "done", "status": "done", "input": ${JSON.stringify(INPUT)}, "result": {}}`],
  ])("is refused by train, and stays: %s", async (_, content) => {
    const out = written("kept.json", content);
    const before = readFileSync(out, "utf8");
    await expectRefusal(
      ["train", written("input.json", INPUT), "--out", out],
      /--out: holds .*; allowed: a file of an earlier run with the same input/,
    );
    expect(readFileSync(out, "utf8")).toBe(before);
  });

  it.each([
    ["no rows", { study: STUDY, runs: 1 }],
    ["rows that are none", { study: STUDY, runs: 1, rows: [null] }],
    ["a row without its place", { study: STUDY, runs: 1, rows: [{ values: {}, errors: [] }] }],
    ["no JSON", "{"],
    ["a name twice", '{"runs": 1, "runs": 1, "rows": []}'],
  ])("is refused by sweep and merge, and stays: %s", async (_, content) => {
    const out = written("rows.json", content);
    const before = readFileSync(out, "utf8");
    const line =
      /results written (?:with --shard )?by finetune-icl sweep|rows\[0\]|allowed: a whole file of results, in JSON/;
    await expectRefusal(["sweep", written("study.json", STUDY), "--out", out], line);
    await expectRefusal(["merge", out, "--out", join(folder, "merged.json")], line);
    expect(readFileSync(out, "utf8")).toBe(before);
  });

  it.each([
    [[null]],
    [null],
    [{ notebooks: [null] }],
    [{ notebooks: [{ notebook: "a", seconds: "1" }] }],
    ["{"],
  ])("as --timings of course, %j, ends with 2", async (content) => {
    const report = written("report.json", content);
    await expectRefusal(["course", "--syllabus", "--timings", report], /--timings/);
  });
});

describe("an input that is no JSON text", () => {
  it("is called by where it came from", async () => {
    const { code, err } = runCli(["risk", "-"], '{"task"');
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^finetune-icl: standard input: holds "\{\\"task\\""; allowed: JSON \(.*\n$/),
    ]);
    await expectRefusal(
      ["risk", written("cut.json", '{"task"')],
      /^finetune-icl: FILE: holds "\{\\"task\\""; allowed: JSON/,
    );
  });

  it.each([
    [Buffer.from('{"a": "gr\u00fcn"}', "latin1"), "byte 9 cannot stand there"],
    [Buffer.from('{"a": 1}', "utf16le"), "JSON"],
    [Buffer.concat([Buffer.from('{"a": "'), Buffer.from("ü").subarray(0, 1)]), "it ends within a character"],
    [Buffer.from([0x7b, 0xff]), "byte 1 cannot stand there"],
  ])("or no UTF-8 is said to be so, %#", async (bytes, said) => {
    await expectRefusal(["predict", written("bytes.json", bytes)], new RegExp(said));
  });

  it("has a name twice by its line", async () => {
    await expectRefusal(
      ["risk", written("twice.json", '{\n"task": [1],\n\n"task": [2]}')],
      /line 4: the name "task" stands twice/,
    );
  });
});
