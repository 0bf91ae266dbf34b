import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** What a whole process cost. */
export interface Usage {
  /** Processor time of all its threads, from its start. */
  readonly seconds: number;
  /** Its largest resident memory, in 10⁶ bytes. */
  readonly megabytes: number;
}

// What is measured is the built program, also when this file runs from its source.
const PACKAGE = dirname(require.resolve("finetune-icl/package.json"));
const PROGRAM = join(PACKAGE, "bin/finetune-icl.js");
const REPORTER = join(PACKAGE, "dist/bench/reportUsage.js");

/** Runs a command of this program as a process of its own. @throws Error when it fails. */
export async function usageOf(args: readonly string[], input = ""): Promise<Usage> {
  const child = spawn(process.execPath, ["--require", REPORTER, PROGRAM, ...args], {
    stdio: ["pipe", "ignore", "pipe", "pipe"],
  });
  child.stdin!.end(input);
  const [report, errors] = await Promise.all([text(child.stdio[3] as Readable), text(child.stderr!)]);
  if (report === "") throw new Error(`finetune-icl ${args.join(" ")} failed: ${errors.trim()}`);
  return JSON.parse(report) as Usage;
}
