import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { onEnd } from "@finetune-icl/files";
import { isExecutable, type Notebook } from "../runner/nbformat";
import { type GuardedRun, type GuardReport, readGuardMessage } from "./guardMessage";
import { commandIn, type Sandbox, type Workplace } from "./sandbox";

/** Always the built file: it runs on its own. */
const GUARD = join(
  dirname(require.resolve("@finetune-icl/notebooks/package.json")),
  "dist",
  "course",
  "guard.js",
);

export interface GuardedOptions {
  readonly sandbox: Sandbox;
  readonly workplace: Workplace;
  /** Limit for each cell. */
  readonly timeoutMs: number;
}

/** What became of a submission: its cells' failures and what its probes printed. */
export interface GuardedOutcome {
  /** By the id of the cell, in words. */
  readonly failures: ReadonlyMap<string, string>;
  readonly printed: Readonly<Record<string, string>>;
  /** Why nothing could be run at all. */
  readonly trouble?: string;
}

// A kernel is given three tries to start.
const START_MS = 130_000;
// A guard that has said nothing for so long beyond a cell's own limit has been stopped by its submission.
const SILENCE_MS = 30_000;
const MOST_OUTPUT = 50_000_000;

/**
 * Runs a notebook to its end in its workplace. A cell that never ends, or ends the kernel or its guard, is left out, and the
 * rest runs again without it, so that it costs no other cell its result.
 */
export async function runGuarded(
  notebook: Notebook,
  wanted: readonly string[],
  options: GuardedOptions,
): Promise<GuardedOutcome> {
  const culprits = new Map<string, string>();
  while (true) {
    const cells = notebook.cells.map((cell) => (culprits.has(cell.id) ? { ...cell, source: "" } : cell));
    const { report, done, stopped } = await runOnce({ ...notebook, cells }, wanted, options);
    const failures = new Map([
      ...(report?.failures ?? []).flatMap(({ cell, text }) => (cell === null ? [] : [[cell, text] as const])),
      ...culprits,
    ]);
    if (report?.isComplete) return { failures, printed: report.printed };
    const last = report?.failures.at(-1);
    const trouble = last?.cell === null ? last.text : undefined;
    // Without a report, the cell that was running when the guard ended.
    const culprit = last?.cell ?? cells.filter(isExecutable)[done]?.id;
    if (trouble !== undefined || culprit === undefined || culprits.has(culprit))
      return { failures, printed: {}, trouble: trouble ?? "the run ended without a result" };
    culprits.set(culprit, last?.text ?? (stopped ? "did not end" : "ended the run"));
  }
}

interface OneRun {
  readonly report: GuardReport | undefined;
  /** Cells that ran to their end. */
  readonly done: number;
  /** Whether the guard had to be stopped. */
  readonly stopped: boolean;
}

function runOnce(
  notebook: Notebook,
  wanted: readonly string[],
  { sandbox, workplace, timeoutMs }: GuardedOptions,
): Promise<OneRun> {
  const [command, ...args] = commandIn(sandbox, workplace, GUARD);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: join(workplace.folder, "notebooks"),
      // Nothing of the grader's environment: it may hold secrets.
      env: { PATH: process.env.PATH, HOME: workplace.folder, LANG: "C.UTF-8" },
      // A group of its own, so that it can be ended as a whole and does not get the grader's signals.
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
    const end = onEnd(() => {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It has ended already.
      }
    });
    let report: GuardReport | undefined;
    let [done, read, stopped] = [0, 0, false];
    const stop = () => {
      stopped = true;
      end();
    };
    let timer = setTimeout(stop, START_MS + timeoutMs);
    child.stdout.on("data", (data: Buffer) => {
      read += data.length;
      if (read > MOST_OUTPUT) stop();
    });
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      const message = readGuardMessage(line);
      if (message === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(stop, timeoutMs + SILENCE_MS);
      if ("done" in message) {
        done = message.done;
        return;
      }
      report = message;
      // Whatever the submission left running is of no interest any more.
      end();
    });
    // A guard that ended before it read everything: its end says enough.
    child.stdin.on("error", () => {});
    child.stdin.end(JSON.stringify({ notebook, timeoutMs, wanted } satisfies GuardedRun));
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", () => {
      clearTimeout(timer);
      end();
      resolve({ report, done, stopped });
    });
  });
}
