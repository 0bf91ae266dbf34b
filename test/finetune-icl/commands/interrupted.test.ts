import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { program, startNode } from "../../notebooks/runner/support/processes";
import { runCli } from "../../support/runCli";

const folder = mkdtempSync(join(tmpdir(), "interrupted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Kept {
  readonly args: readonly string[];
  /** What is kept on the way, in words. */
  readonly things: string;
  /** What the whole work writes. */
  readonly files: readonly string[];
}

const COMMANDS: Readonly<Record<string, Kept>> = {
  verify: {
    args: ["verify", "overshoot-on-target", "zero-shot-full-limit", "--quick"],
    things: "checks",
    files: ["ledger.json", "ledger.csv", "README.md"],
  },
  experiment: {
    args: "experiment --method sampled --key-query merged --steps 150 --batch 100 --test-prompts 10".split(
      " ",
    ),
    things: "stages",
    files: ["errors.csv", "settings.json"],
  },
};

/** A second, and half of one more for two cores that tests share. */
const MOST_MS = 1500;

/** Starts a command, and sends it a signal as soon as `when` holds. */
async function interrupt(args: readonly string[], signal: NodeJS.Signals, when: () => boolean) {
  const run = startNode([program, ...args, "--jobs", "1"]);
  while (!when() && run.child.exitCode === null) await sleep(10);
  const start = performance.now();
  run.child.kill(signal);
  return { ...(await run.ended), took: performance.now() - start };
}

describe.each(Object.entries(COMMANDS))("%s that a signal ends", (name, { args, things, files }) => {
  it("says what is kept and how to go on, with exit code 130 or 143, and goes on to the same bytes", async () => {
    const [whole, parts] = [join(folder, `${name}-whole`), join(folder, `${name}-parts`)];
    const done = (): number => {
      const file = existsSync(parts) && readdirSync(parts).find((each) => each.startsWith(".unfinished"));
      return file ? readFileSync(join(parts, file), "utf8").split("\n").length : 0;
    };
    for (const [signal, expected] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const before = done();
      const isFurther = () => done() > before;
      const { code, stderr, took } = await interrupt([...args, "--out", parts], signal, isFurther);
      expect(stderr).toMatch(
        new RegExp(
          `^finetune-icl: interrupted; [1-9]\\d* of \\d+ ${things} are kept; the same command goes on from there\\n$`,
        ),
      );
      expect(code, stderr).toBe(expected);
      expect(took, `milliseconds from ${signal} to the end`).toBeLessThan(MOST_MS);
    }
    expect(readdirSync(parts).filter((each) => each.includes(".lock"))).toEqual([]);
    for (const out of [parts, whole]) expect(runCli([...args, "--out", out]).code).toBe(0);
    for (const file of files)
      expect(readFileSync(join(parts, file), "utf8"), file).toBe(readFileSync(join(whole, file), "utf8"));
    expect(readdirSync(parts).filter((each) => each.startsWith("."))).toEqual([]);
  });
});
