import type { JsonObject } from "@finetune-icl/base";
import { type CellFailure, describeExit, type Failure, failingCell } from "./cellFailure";
import { type Answer, Kernel } from "./kernel";
import type { ExecuteReply, KernelMessage } from "./kernelMessage";
import { findMachinePath } from "./machinePath";
import { type Cell, type CodeCell, hasTag, isExecutable, type Notebook, type Output } from "./nbformat";
import { OutputCollector } from "./outputCollector";
import { isUnhandled, reportOf, withErrorOutput } from "./thrownText";

export interface RunOptions {
  /** The folder of the notebook: where its imports resolve from, as under Jupyter. */
  readonly cwd: string;
  /** Limit for each cell. */
  readonly timeoutMs: number;
  /** Added to the kernel's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Go on after a cell that fails, as long as the kernel lives. */
  readonly keepGoing?: boolean;
  readonly onCellDone?: () => void;
}

export type RunOutcome =
  | { readonly status: "ok"; readonly notebook: Notebook }
  | {
      readonly status: "failed";
      /** One, or with `keepGoing` one for each cell that failed, in their order. */
      readonly failures: readonly Failure[];
      /** With the outputs so far, when the kernel still lived at the end of the run. */
      readonly notebook?: Notebook;
    };

// A kernel starts in a few seconds, and in ten on a loaded machine. Now and then one never answers: another is started then.
const START_MS = 40_000;
const START_TRIES = 3;
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
  const { kernel, answer } = await startKernel(options);
  try {
    if (answer.kind !== "answered") return { status: "failed", failures: [notStarted(answer)] };
    const run = new Run(notebook, kernel, options);
    const { failures, isComplete } = await run.runCells();
    if (!isComplete) return { status: "failed", failures };
    await kernel.stop();
    const executed = run.executed(answer.content);
    return failures.length === 0
      ? { status: "ok", notebook: executed }
      : { status: "failed", failures, notebook: executed };
  } finally {
    kernel.kill();
  }
}

/** What one cell did, beside its outputs. */
interface CellRun {
  readonly index: number;
  readonly cell: CodeCell;
  readonly stderr: string[];
  /** Characters printed so far. */
  printed: number;
  executionCount: number | null;
  /** tslab's report when the cell threw. */
  report: string | undefined;
}

async function startKernel({ cwd, env }: RunOptions): ReturnType<typeof Kernel.start> {
  for (let tries = 1; ; tries += 1) {
    const started = await Kernel.start(cwd, START_MS, env);
    if (started.answer.kind !== "timedOut" || tries === START_TRIES) return started;
    started.kernel.kill();
  }
}

class Run {
  readonly #outputs = new OutputCollector();
  readonly #runs: CellRun[] = [];

  constructor(
    readonly notebook: Notebook,
    readonly kernel: Kernel,
    readonly options: RunOptions,
  ) {}

  /** Runs to the end, or to the first failure that the run cannot or should not survive. */
  async runCells(): Promise<{ readonly failures: readonly Failure[]; readonly isComplete: boolean }> {
    const cells = [...this.notebook.cells.entries()].flatMap(([index, cell]) =>
      isExecutable(cell)
        ? [{ index, cell, stderr: [], printed: 0, executionCount: null, report: undefined }]
        : [],
    );
    for (const [position, run] of cells.entries()) {
      const isLast = position === cells.length - 1;
      this.#runs.push(run);
      const ended = await this.#runCell(run, isLast ? LAST_QUIET_MS : QUIET_MS);
      const { keepGoing } = this.options;
      if (ended) {
        const earlier = keepGoing ? this.#failuresOf(this.#runs.slice(0, -1)) : [];
        return { failures: [...earlier, ended], isComplete: false };
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
      return { ...cell, execution_count: run.executionCount, outputs: this.#outputsOf(run) };
    });
    const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
    const { language_info } = kernelInfo;
    const info = language_info === undefined ? {} : { language_info };
    return { ...this.notebook, cells, metadata: { kernelspec, ...this.notebook.metadata, ...info } };
  }

  async #runCell(run: CellRun, quietMs: number): Promise<Failure | undefined> {
    const { timeoutMs } = this.options;
    const onMessage = (message: KernelMessage) => {
      if (message.type === "stream") {
        if (message.name === "stderr") run.stderr.push(message.text);
        run.printed += message.text.length;
        if (run.printed > MOST_OUTPUT) return this.kernel.kill();
      }
      this.#outputs.add(run.cell.id, message);
    };
    const answer = await this.kernel.execute(run.cell.source, timeoutMs, onMessage);
    if (answer.kind !== "answered") return this.#unanswered(run, answer);
    run.executionCount = answer.content.executionCount;
    if (answer.content.status === "error") run.report = reportOf(run.stderr);
    const settled = await this.kernel.settle(quietMs, timeoutMs);
    return settled.kind === "answered" ? undefined : this.#unanswered(run, settled);
  }

  #unanswered(run: CellRun, answer: Unanswered): Failure {
    if (run.printed > MOST_OUTPUT) return failed(run, { kind: "too much output", characters: MOST_OUTPUT });
    if (answer.kind === "died") return failed(run, { kind: "kernel died", exit: answer.exit });
    return failed(run, { kind: "timed out", seconds: this.options.timeoutMs / 1000 });
  }

  /** Asked of all cells so far after each, since text of an earlier cell may have come while a later one ran. */
  #failuresOf(runs: readonly CellRun[]): readonly Failure[] {
    return runs.flatMap((run) => {
      const failure = this.#failureOf(run);
      return failure ? [failed(run, failure)] : [];
    });
  }

  #failureOf(run: CellRun): CellFailure | undefined {
    const throws = hasTag(run.cell, "raises-exception");
    if (run.report !== undefined && !throws) return { kind: "threw", text: run.report };
    const outputs = this.#outputsOf(run);
    const text = stderrOf(outputs);
    if (isUnhandled(text)) return { kind: "unhandled", text };
    if (text !== "" && !hasTag(run.cell, "allow-stderr")) return { kind: "wrote to stderr", text };
    if (run.report === undefined && throws) return { kind: "did not throw" };
    const path = findMachinePath(outputs, this.options.cwd);
    return path === undefined ? undefined : { kind: "machine path", path };
  }

  #outputsOf({ cell, report }: CellRun): readonly Output[] {
    const outputs = this.#outputs.outputsOf(cell.id);
    return report === undefined ? outputs : withErrorOutput(outputs, report);
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
      : `the kernel was not ready within ${START_MS / 1000} s, in ${START_TRIES} tries`;
  return { kind: "not started", reason };
}

function stderrOf(outputs: readonly Output[]): string {
  return outputs
    .map((output) => (output.output_type === "stream" && output.name === "stderr" ? output.text : ""))
    .join("");
}
