import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { PROGRAM, packageRoot } from "../../../support/root";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const program = PROGRAM;

/** Starts a Node program with its output captured, without input unless told; `cwd` is the package's folder. */
export function startNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input: "ignore" | "pipe" = "ignore",
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...args], {
    cwd: packageRoot,
    env: { ...process.env, ...env },
    stdio: [input, "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs `finetune-icl notebooks …` to its end. */
export function runNotebooks(...args: readonly string[]): Promise<Ended> {
  return startNode([program, "notebooks", ...args]).ended;
}

/** Whether a process runs; one that ended and that nobody has collected does not. */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return state !== "" && !state.startsWith("Z");
  } catch {
    return false;
  }
}

/** The processes whose command line holds `text`. */
export function findProcesses(text: string): readonly number[] {
  return execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10));
}

/** Waits until `check` gives something other than undefined or false, and returns that; fails after `seconds`. */
export async function waitFor<T>(what: string, check: () => T | undefined | false, seconds = 30): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const found = check();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error(`waited ${seconds} s in vain: ${what}`);
}
