import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { onEnd } from "@finetune-icl/files";
import { isExecutable, type Notebook } from "../runner/nbformat";
import { consumptionOf } from "./consumption";
import { type GuardedRun, type GuardReport, readGuardMessage } from "./guardMessage";
import { commandIn, LIMITS, type Limits, type Sandbox, type Workplace } from "./sandbox";

/** Always the built file: it runs on its own. */
const GUARD = join(
  dirname(require.resolve("@finetune-icl/notebooks/package.json")),
  "dist",
  "course",
  "guard.js",
);

export interface GuardedOptions {
  readonly sandbox: Sandbox;
  /** Makes a place for one run: what a submission deletes or leaves there reaches no other run. */
  readonly workplace: () => Workplace;
  /** Limit for each cell. */
  readonly timeoutMs: number;
  readonly limits?: Limits;
}

/** A cell that prints one line behind a mark. */
export interface Probe {
  readonly id: string;
  /** The ids of the cells with the answer that it calls. */
  readonly answers: readonly string[];
}

/** What became of a submission: its cells' failures and the lines of its probes. */
export interface GuardedOutcome {
  /** By the id of the cell, in words. */
  readonly failures: ReadonlyMap<string, string>;
  /** By the id of the probe; nothing where there is none. */
  readonly printed: Readonly<Record<string, string>>;
}

// A kernel is given three tries to start.
const START_MS = 130_000;
// A guard that has said nothing for so long beyond a cell's own limit has been stopped by its submission.
const SILENCE_MS = 30_000;
const MOST_OUTPUT = 50_000_000;
const MOST_COMPLAINT = 500;
// Some hundred processes, or a gigabyte, in that time: little enough to be ended with the rest.
const LOOK_MS = 200;

/**
 * Runs a notebook to its end, each time in a new workplace. A cell that never ends, takes more than its share of the machine, or ends the
 * kernel or its guard, is left out, and the rest runs again without it, so that it costs no other cell its result. A kernel may
 * also end of what it still holds for an earlier probe: no cell is left out before it ended a kernel in which no probe came
 * before it. A probe that has no line in the end runs once more without the answers of all others.
 * @throws Error when nothing could be run at all, which is no fault of the submission
 */
export async function runGuarded(
  notebook: Notebook,
  probes: readonly Probe[],
  mark: string,
  options: GuardedOptions,
): Promise<GuardedOutcome> {
  const wanted = probes.map(({ id }) => id);
  const run = (isOut: (id: string) => boolean, part: readonly string[]): Promise<OneRun> => {
    const cells = notebook.cells.map((cell) => (isOut(cell.id) ? { ...cell, source: "" } : cell));
    return runOnce({ ...notebook, cells }, part, mark, options);
  };
  const { culprits, failures, printed } = await runTogether(notebook, wanted, run);
  const placeOf = (id: string) => notebook.cells.findIndex((cell) => cell.id === id);
  for (const { id, answers } of probes) {
    const others = probes.flatMap((probe) => (probe.id === id ? [] : [probe.id, ...probe.answers]));
    // Answers below a probe cannot be what it failed of.
    if (printed[id] || !others.some((other) => placeOf(other) < placeOf(id))) continue;
    const isOut = (cell: string) =>
      cell !== id && !answers.includes(cell) && (others.includes(cell) || culprits.has(cell));
    const { report } = await run(isOut, [id]);
    if (report?.printed[id]) printed[id] = report.printed[id];
  }
  return { failures: new Map([...failures, ...culprits]), printed };
}

interface Together {
  /** Cells that were left out, and why. */
  readonly culprits: Map<string, string>;
  readonly failures: Map<string, string>;
  readonly printed: Record<string, string>;
}

async function runTogether(
  notebook: Notebook,
  wanted: readonly string[],
  run: (isOut: (id: string) => boolean, part: readonly string[]) => Promise<OneRun>,
): Promise<Together> {
  const culprits = new Map<string, string>();
  const failures = new Map<string, string>();
  const printed: Record<string, string> = {};
  const placeOf = (id: string) => notebook.cells.findIndex((cell) => cell.id === id);
  // Probes that share a kernel; the last part runs next.
  const parts: (readonly string[])[] = [wanted];
  while (true) {
    const part = parts.pop();
    if (part === undefined) return { culprits, failures, printed };
    const isOut = (id: string) => culprits.has(id) || (wanted.includes(id) && !part.includes(id));
    const { report, done, stopped } = await run(isOut, part);
    const last = report?.failures.at(-1);
    if (report?.isComplete) {
      for (const { cell, text } of report.failures) if (cell !== null) failures.set(cell, text);
      Object.assign(printed, report.printed);
      continue;
    }
    if (last?.cell === null) throw new Error(`nothing could be run: ${last.text}`);
    // Without a report, the cell that was running when the guard ended.
    const culprit =
      last?.cell ?? notebook.cells.filter((cell) => isExecutable(cell) && !isOut(cell.id))[done]?.id;
    if (culprit === undefined || isOut(culprit) || culprits.size >= wanted.length + MOST_OTHERS) {
      for (const id of part) if (!culprits.has(id)) culprits.set(id, "ended the run without a result");
      continue;
    }
    const before = part.filter((id) => !isOut(id) && placeOf(id) < placeOf(culprit));
    if (before.length > 0)
      parts.push(
        before,
        part.filter((id) => !before.includes(id)),
      );
    else {
      culprits.set(culprit, last?.text ?? stopped ?? "ended the run");
      parts.push(part);
    }
  }
}

/** Cells beside the exercises that may be left out: each takes the time of its limit. */
const MOST_OTHERS = 5;

const ignore = (): void => {};

/** Without a sandbox a submission may signal the grader itself: SIGUSR1 would open Node's inspector in it. Once is enough. */
function closeInspector(): void {
  if (process.platform !== "win32" && !process.listeners("SIGUSR1").includes(ignore))
    process.on("SIGUSR1", ignore);
}

interface OneRun {
  readonly report: GuardReport | undefined;
  /** Cells that ran to their end. */
  readonly done: number;
  /** Why the guard had to be stopped, if it had to. */
  readonly stopped: string | undefined;
}

async function runOnce(
  notebook: Notebook,
  wanted: readonly string[],
  mark: string,
  { workplace: makeWorkplace, ...options }: GuardedOptions,
): Promise<OneRun> {
  const workplace = makeWorkplace();
  try {
    return await runIn(workplace, { notebook, wanted, mark, timeoutMs: options.timeoutMs }, options);
  } finally {
    workplace.remove();
  }
}

function runIn(
  workplace: Workplace,
  question: GuardedRun,
  { sandbox, timeoutMs, limits = LIMITS }: Omit<GuardedOptions, "workplace">,
): Promise<OneRun> {
  const [command, ...args] = commandIn(sandbox, workplace, GUARD, limits);
  closeInspector();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: join(workplace.folder, "notebooks"),
      // Nothing of the grader's environment: it may hold secrets.
      env: { PATH: process.env.PATH, HOME: workplace.folder, LANG: "C.UTF-8" },
      // A group of its own, so that it can be ended as a whole and does not get the grader's signals.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (data: string) => {
      complaint = `${complaint}${data}`.slice(0, MOST_COMPLAINT);
    });
    const end = onEnd(() => {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It has ended already.
      }
    });
    const most = question.notebook.cells.length;
    let report: GuardReport | undefined;
    let [done, read] = [0, 0];
    let isStarted = false;
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= why;
      end();
    };
    const stopSilent = () => stop("did not end");
    let timer = setTimeout(stopSilent, START_MS + timeoutMs);
    const look = setInterval(() => {
      const taken = child.pid === undefined ? undefined : consumptionOf(child.pid);
      if (taken && taken.processes > limits.processes)
        stop(`started more than ${limits.processes} processes`);
      if (taken && taken.bytes > limits.bytes) stop(`took more than ${limits.bytes / 1e9} GB of memory`);
    }, LOOK_MS);
    child.stdout.on("data", (data: Buffer) => {
      read += data.length;
      if (read > MOST_OUTPUT) stop("printed without end");
    });
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      const message = readGuardMessage(line);
      if (message === undefined) return;
      // Only what goes on is heard: a submission that found a way to write here must not keep the grader waiting.
      if ("done" in message && isStarted && !(message.done > done && message.done <= most)) return;
      isStarted = true;
      clearTimeout(timer);
      timer = setTimeout(stopSilent, timeoutMs + SILENCE_MS);
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
    child.stdin.end(JSON.stringify(question));
    child.once("error", (error) => {
      clearTimeout(timer);
      clearInterval(look);
      reject(error);
    });
    child.once("close", () => {
      clearTimeout(timer);
      clearInterval(look);
      end();
      if (isStarted) resolve({ report, done, stopped });
      else
        reject(
          new Error(
            `what runs submissions did not start${complaint.trim() === "" ? "" : `: ${complaint.trim()}`}`,
          ),
        );
    });
  });
}
