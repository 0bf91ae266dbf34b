import { type ChildProcess, spawn } from "node:child_process";
import { onEnd } from "@finetune-icl/files";
import type { Connection } from "./connection";
import { kernelProgram } from "./packagePaths";

/** How a kernel process ended. */
export interface KernelExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to its own stderr, past Jupyter: Node's last words, such as an exhausted heap. */
  readonly lastWords: string;
}

/** A running kernel. It ends with this process, whatever ends that. */
export interface KernelProcess {
  readonly exited: Promise<KernelExit>;
  /** Kills the kernel and what it started; removes the connection. Synchronous; more calls do nothing. */
  readonly kill: () => void;
}

const LAST_WORDS = 2000;

/**
 * Starts the kernel with the notebook's folder as its working directory, so that its imports resolve from there; `env` adds to
 * the environment.
 */
export function startKernelProcess(
  connection: Connection,
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): KernelProcess {
  const args = [kernelProgram, connection.file];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...kernelEnvironment(), ...env },
    // A group of its own: Ctrl-C reaches the runner only, and the group can be killed as a whole.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = onEnd(() => {
    killGroup(child);
    connection.remove();
  });
  return { exited: exitOf(child), kill };
}

function kernelEnvironment(): NodeJS.ProcessEnv {
  // Colour codes in outputs would depend on who runs the notebook.
  const { FORCE_COLOR: _, ...environment } = process.env;
  // The kernel ends itself, with what its cells started, when the process that started it is gone.
  return { ...environment, JPY_PARENT_PID: String(process.pid) };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // No process of the group is left.
  }
}

function exitOf(child: ChildProcess): Promise<KernelExit> {
  let lastWords = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, lastWords: error.message }));
    child.once("exit", (code, signal) => resolve({ code, signal, lastWords: lastWords.trim() }));
  });
}
