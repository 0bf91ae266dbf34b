import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";
import { HAS_TERMINAL, runOnTerminal } from "../../support/terminal";

const folder = mkdtempSync(join(tmpdir(), "interruption-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!HAS_TERMINAL)("Ctrl-C on a terminal", () => {
  it("stops train between two steps, and the same command goes on to the same bytes", async () => {
    const input = join(folder, "input.json");
    writeFileSync(
      input,
      JSON.stringify({
        method: "sampled",
        batchSize: 100,
        pretraining: { steps: 6000 },
        fineTuning: { steps: 300, auxiliaryShots: 20 },
      }),
    );
    const [whole, parts] = [join(folder, "whole.json"), join(folder, "parts.json")];
    const run = runOnTerminal(["train", input, "--out", parts]);
    await run.shows(/[1-9]\d* of 6300 steps, .* left/);
    run.pressCtrlC();
    expect(await run.end, run.printed()).toBe(130);
    expect(run.printed()).toMatch(
      /finetune-icl: interrupted after \d+ of 6300 steps; the same command goes on from there/,
    );
    const { status, run: kept } = JSON.parse(readFileSync(parts, "utf8")) as {
      status: string;
      run: { current: { step: number } };
    };
    expect(status).toBe("unfinished");
    expect(kept.current.step).toBeGreaterThan(0);

    const resumed = await runMain("train", input, "--out", parts);
    const uninterrupted = await runMain("train", input, "--out", whole);
    expect(uninterrupted.code, uninterrupted.err).toBe(0);
    expect(resumed.out).toBe(uninterrupted.out);
    expect(readFileSync(parts, "utf8")).toBe(readFileSync(whole, "utf8"));
  });

  it("keeps the finished stages of an experiment, and the same command goes on to the same bytes", async () => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const command = (out: string): readonly string[] =>
      "experiment --method sampled --key-query merged --steps 150 --batch 100 --test-prompts 10 --jobs 1 --out"
        .split(" ")
        .concat(out);
    const run = runOnTerminal(command(parts));
    await run.shows(/[1-6] of 7 stages, .* left/);
    run.pressCtrlC();
    expect(await run.end, run.printed()).toBe(130);
    expect(run.printed()).toMatch(
      /finetune-icl: interrupted; [1-7] of 7 stages are kept; the same command goes on from there/,
    );
    expect(existsSync(join(parts, "errors.csv"))).toBe(false);
    expect(readdirSync(parts).filter((name) => name.startsWith(".unfinished"))).toHaveLength(1);

    expect(runCli(command(parts)).code).toBe(0);
    expect(runCli(command(whole)).code).toBe(0);
    expect(readdirSync(parts).sort()).toEqual(["errors.csv", "settings.json"]);
    for (const file of ["errors.csv", "settings.json"]) {
      expect(readFileSync(join(parts, file), "utf8")).toBe(readFileSync(join(whole, file), "utf8"));
    }
  });
});
