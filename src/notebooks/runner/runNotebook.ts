import type { JsonObject } from "@finetune-icl/base";
import { UNHANDLED } from "@finetune-icl/kernel";
import { type CellFailure, describeExit, type Failure, failingCell } from "./cellFailure";
import { type Answer, Kernel } from "./kernel";
import type { ExecuteReply, KernelMessage } from "./kernelMessage";
import { findMachinePath } from "./machinePath";
import { type Cell, type CodeCell, hasTag, isExecutable, type Notebook, type Output } from "./nbformat";
import { OutputCollector } from "./outputCollector";

export interface RunOptions {
  /** The folder of the notebook: where its imports resolve from, as under Jupyter. */
  readonly cwd: string;
  /** Limit for each cell. */
  readonly timeoutMs: number;
  /** Added to the kernel's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Go on after a cell that fails, as long as the kernel lives. */
  readonly keepGoing?: boolean;
  /** With `keepGoing`: go on also after a cell that ends the kernel, on a new one, which knows nothing of the cells above. */
  readonly restart?: boolean;
  readonly onCellDone?: () => void;
}

export type RunOutcome =
  | { readonly status: "ok"; readonly notebook: Notebook }
  | {
      readonly status: "failed";
      /** One, or with `keepGoing` one for each cell that failed, in their order. */
      readonly failures: readonly Failure[];
      /** With its outputs, when the run came to the end all the same. */
      readonly notebook?: Notebook;
      /** With the outputs up to the cell that ended the run. */
      readonly partial?: Notebook;
    };

// A kernel starts in two seconds, and in twenty on a loaded machine.
const START_MS = 90_000;
// A kernel stops at once when it is told to, unless it is in a call of native code.
const INTERRUPT_MS = 10_000;
// Text may come after a cell is done (a rejection that nobody handles, a timer): listen a little longer.
const QUIET_MS = 15;
const LAST_QUIET_MS = 300;
// A cell that prints in an endless loop fills the memory long before its time is over.
const MOST_OUTPUT = 50_000_000;

/**
 * Runs the code cells of a notebook in order on a fresh kernel and returns the notebook with their outputs, or what
 * failed: the first cell, or every cell with `keepGoing`. Touches no file; the kernel is gone when the promise settles.
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<RunOutcome> {
  const { kernel, answer } = await Kernel.start(options.cwd, START_MS, options.env);
  const run = new Run(notebook, kernel, options);
  try {
    if (answer.kind !== "answered") return { status: "failed", failures: [notStarted(answer)] };
    const { failures, isComplete } = await run.runCells();
    if (!isComplete) return { status: "failed", failures, partial: run.executed(answer.content) };
    await run.kernel.stop();
    const executed = run.executed(answer.content);
    return failures.length === 0
      ? { status: "ok", notebook: executed }
      : { status: "failed", failures, notebook: executed };
  } finally {
    run.kernel.kill();
  }
}

/** What one cell did, beside its outputs. */
interface CellRun {
  readonly index: number;
  readonly cell: CodeCell;
  /** Characters of its outputs so far. */
  length: number;
  executionCount: number | null;
  threw: boolean;
  /** The limit that it broke, and for which it was stopped. */
  stopped: CellFailure | undefined;
}

class Run {
  readonly #outputs = new OutputCollector();
  readonly #runs: CellRun[] = [];

  constructor(
    readonly notebook: Notebook,
    public kernel: Kernel,
    readonly options: RunOptions,
  ) {}

  /** Runs to the end, or to the first failure that the run cannot or should not survive. */
  async runCells(): Promise<{ readonly failures: readonly Failure[]; readonly isComplete: boolean }> {
    const cells = [...this.notebook.cells.entries()].flatMap(([index, cell]) =>
      isExecutable(cell)
        ? [{ index, cell, length: 0, executionCount: null, threw: false, stopped: undefined }]
        : [],
    );
    for (const [position, run] of cells.entries()) {
      const isLast = position === cells.length - 1;
      this.#runs.push(run);
      const ended = await this.#runCell(run, isLast ? LAST_QUIET_MS : QUIET_MS);
      const { keepGoing } = this.options;
      if (ended && !(await this.#restart(run, ended, isLast))) {
        const earlier = keepGoing ? this.#failuresOf(this.#runs.slice(0, -1)) : [];
        return { failures: [...earlier, failed(run, ended)], isComplete: false };
      }
      const failures = this.#failuresOf(this.#runs);
      if (failures.length > 0 && !keepGoing) return { failures: failures.slice(0, 1), isComplete: false };
      this.options.onCellDone?.();
    }
    return { failures: this.#failuresOf(this.#runs), isComplete: true };
  }

  /** The notebook with outputs in place of the old ones. */
  executed(kernelInfo: JsonObject): Notebook {
    const runs = new Map(this.#runs.map((run) => [run.cell.id, run]));
    const cells = this.notebook.cells.map((cell): Cell => {
      if (cell.cell_type !== "code") return cell;
      const run = runs.get(cell.id);
      if (!run) return { ...cell, execution_count: null, outputs: [] };
      return { ...cell, execution_count: run.executionCount, outputs: this.#outputs.outputsOf(cell.id) };
    });
    const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
    const { language_info } = kernelInfo;
    const info = language_info === undefined ? {} : { language_info };
    return { ...this.notebook, cells, metadata: { kernelspec, ...this.notebook.metadata, ...info } };
  }

  /** Gives a failure only when the kernel is of no more use. */
  async #runCell(run: CellRun, quietMs: number): Promise<CellFailure | undefined> {
    const { timeoutMs } = this.options;
    let onTooMuch: () => void = () => {};
    const tooMuch = new Promise<{ readonly kind: "tooMuch" }>((resolve) => {
      onTooMuch = () => resolve({ kind: "tooMuch" });
    });
    const onMessage = (message: KernelMessage) => {
      run.length += lengthOf(message);
      if (run.length > MOST_OUTPUT) onTooMuch();
      else this.#outputs.add(run.cell.id, message);
    };
    const answer = await Promise.race([this.kernel.execute(run.cell.source, timeoutMs, onMessage), tooMuch]);
    if (answer.kind === "answered") {
      run.executionCount = answer.content.executionCount;
      run.threw = answer.content.status === "error";
    } else {
      const ended = await this.#stop(run, answer);
      if (ended) return ended;
    }
    const settled = await this.kernel.settle(quietMs, timeoutMs);
    return settled.kind === "answered" ? undefined : this.#stop(run, settled);
  }

  /** Whether the cells behind one that ended the kernel can run: on another one, if that is wanted. */
  async #restart(run: CellRun, ended: CellFailure, isLast: boolean): Promise<boolean> {
    const { cwd, env, keepGoing, restart } = this.options;
    if (!keepGoing || !restart) return false;
    this.kernel.kill();
    run.stopped = ended;
    if (isLast) return true;
    const { kernel, answer } = await Kernel.start(cwd, START_MS, env);
    this.kernel = kernel;
    if (answer.kind !== "answered") return false;
    run.stopped = { ...ended, isRestarted: true } as CellFailure;
    return true;
  }

  /** Interrupts a cell that broke a limit, and gives up when the kernel does not come back. */
  async #stop(
    run: CellRun,
    why: Unanswered | { readonly kind: "tooMuch" },
  ): Promise<CellFailure | undefined> {
    if (why.kind === "died") return { kind: "kernel died", exit: why.exit };
    const stopped: CellFailure =
      why.kind === "tooMuch"
        ? { kind: "too much output", characters: MOST_OUTPUT }
        : { kind: "timed out", seconds: this.options.timeoutMs / 1000 };
    run.stopped ??= stopped;
    const answer = await this.kernel.interrupt(INTERRUPT_MS);
    return answer.kind === "answered" ? undefined : stopped;
  }

  /** Asked of all cells so far after each, since text of an earlier cell may have come while a later one ran. */
  #failuresOf(runs: readonly CellRun[]): readonly Failure[] {
    return runs.flatMap((run) => {
      const failure = this.#failureOf(run);
      return failure ? [failed(run, failure)] : [];
    });
  }

  #failureOf(run: CellRun): CellFailure | undefined {
    if (run.stopped) return run.stopped;
    const throws = hasTag(run.cell, "raises-exception", "nbval-raises-exception");
    const outputs = this.#outputs.outputsOf(run.cell.id);
    const errors = outputs.filter((output) => output.output_type === "error");
    const unhandled = errors.find(({ traceback }) => traceback[0] === UNHANDLED);
    if (unhandled) return { kind: "unhandled", text: unhandled.traceback.slice(1).join("\n") };
    if (run.threw && !throws) {
      const refusal = hasTag(run.cell, "parameters") && errors.find(({ ename }) => ename === "InputError");
      if (refusal) return { kind: "refused", text: refusal.evalue };
      return { kind: "threw", text: errors.flatMap(({ traceback }) => traceback).join("\n") };
    }
    const text = stderrOf(outputs);
    if (text !== "" && !hasTag(run.cell, "allow-stderr")) return { kind: "wrote to stderr", text };
    if (!run.threw && throws) return { kind: "did not throw" };
    const path = findMachinePath(outputs, this.options.cwd);
    return path === undefined ? undefined : { kind: "machine path", path };
  }
}

type Unanswered = Exclude<Answer<ExecuteReply>, { kind: "answered" }>;

function failed({ cell, index }: CellRun, failure: CellFailure): Failure {
  return { kind: "cell", cell: failingCell(cell, index), failure };
}

function notStarted(answer: Unanswered): Failure {
  const reason =
    answer.kind === "died"
      ? `the kernel ended before it was ready ${describeExit(answer.exit)}`
      : `the kernel was not ready within ${START_MS / 1000} s`;
  return { kind: "not started", reason };
}

function stderrOf(outputs: readonly Output[]): string {
  return outputs
    .map((output) => (output.output_type === "stream" && output.name === "stderr" ? output.text : ""))
    .join("");
}

/** How much a message adds to the outputs. */
function lengthOf(message: KernelMessage): number {
  switch (message.type) {
    case "stream":
      return message.text.length;
    case "display_data":
    case "update_display_data":
    case "execute_result":
      return JSON.stringify(message.data).length;
    default:
      return 0;
  }
}
