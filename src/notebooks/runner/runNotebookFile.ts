import { basename, dirname, join, resolve } from "node:path";
import { FIGURE_FOLDER_VARIABLE, figureFolderOf } from "@finetune-icl/files";
import { describeFailure, type FailingCell, type Failure } from "./cellFailure";
import { type CellDifference, compareNotebooks, describeDifference } from "./compareNotebooks";
import { makeTrialTables, type TableDifference } from "./figureTables";
import { isExecutable } from "./nbformat";
import type { NotebookFile } from "./readNotebook";
import { type RunOptions, type RunOutcome, runNotebook } from "./runNotebook";
import { isReadOnly, saveNotebook, saveNotebookIn } from "./saveNotebook";
import { requireTimeout } from "./timeout";

/** How a notebook file is run. */
export interface RunFileOptions extends Pick<RunOptions, "timeoutMs" | "keepGoing" | "onCellDone"> {
  /**
   * What happens to the outputs: they replace the stored ones, they are compared with the stored ones, or they go into
   * another folder, the tables behind figures into its folder `figures`.
   */
  readonly outputs: "save" | "check" | { readonly folder: string };
}

/** What became of one notebook file. */
export type NotebookResult = {
  /** The path as it was given. */
  readonly notebook: string;
  /** Number of code cells that hold code. */
  readonly cells: number;
  readonly seconds: number;
} & Conclusion;

type Conclusion =
  | { readonly status: "ok" }
  | {
      readonly status: "failed";
      /** For a person: a line for each failure, with what the kernel said below it. */
      readonly message: string;
      readonly failedCells: readonly FailingCell[];
      /** The notebook's parameters are to blame, not its work: its cell of parameters refused one. */
      readonly refused: boolean;
    }
  | {
      readonly status: "different";
      readonly differences: readonly CellDifference[];
      readonly tables: readonly TableDifference[];
    };

/** Runs a notebook file, then saves it when every cell did what it should, or compares it. @throws InputError naming `timeoutMs`. */
export async function runNotebookFile(file: NotebookFile, options: RunFileOptions): Promise<NotebookResult> {
  requireTimeout(options.timeoutMs);
  const start = performance.now();
  const conclusion = await (options.outputs === "check" ? check(file, options) : runAndSave(file, options));
  return {
    notebook: file.path,
    cells: file.notebook.cells.filter(isExecutable).length,
    seconds: Math.round(performance.now() - start) / 1000,
    ...conclusion,
  };
}

/** The lines for a person, empty when all is well. */
export function describeResult(result: NotebookResult): string {
  switch (result.status) {
    case "ok":
      return "";
    case "failed":
      return result.message;
    case "different":
      return [
        ...result.differences.map((difference) => describeDifference(result.notebook, difference)),
        ...result.tables.map(
          ({ where, stored, got }) =>
            `${result.notebook}: saves another table than the stored one: ${where}\n    stored: ${stored}\n    now:    ${got}`,
        ),
      ].join("\n");
  }
}

async function check(file: NotebookFile, options: RunFileOptions): Promise<Conclusion> {
  const trial = makeTrialTables();
  try {
    const outcome = await run(file, options, trial.env);
    if (outcome.status === "failed") return failure(file, outcome.failures);
    const differences = compareNotebooks(file.notebook, outcome.notebook);
    const tables = trial.differences(figureFolderOf(dirname(resolve(file.path))));
    if (differences.length + tables.length === 0) return { status: "ok" };
    return { status: "different", differences, tables };
  } finally {
    trial.remove();
  }
}

function runAndSave(file: NotebookFile, options: RunFileOptions): Promise<Conclusion> {
  return typeof options.outputs === "object"
    ? runInto(resolve(options.outputs.folder), file, options)
    : runInPlace(file, options);
}

async function runInto(folder: string, file: NotebookFile, options: RunFileOptions): Promise<Conclusion> {
  const outcome = await run(file, options, { [FIGURE_FOLDER_VARIABLE]: join(folder, "figures") });
  return saving(file, () => {
    const ran = outcome.status === "ok" ? outcome.notebook : (outcome.notebook ?? outcome.partial);
    if (ran) saveNotebookIn(folder, basename(file.path), ran);
    return outcome.status === "failed" ? failure(file, outcome.failures) : { status: "ok" };
  });
}

/** The tables behind figures are stored together with the notebook: a run that fails leaves both as they were. */
async function runInPlace(file: NotebookFile, options: RunFileOptions): Promise<Conclusion> {
  if (isReadOnly(file.path))
    return failure(file, [
      { kind: "not saved", reason: "not run: the file is read-only (chmod u+w makes it writable)" },
    ]);
  const trial = makeTrialTables();
  try {
    const outcome = await run(file, options, trial.env);
    if (outcome.status === "failed") return failure(file, outcome.failures);
    return saving(file, () => {
      saveNotebook(file, outcome.notebook, trial.changed(figureFolderOf(dirname(resolve(file.path)))));
      return { status: "ok" };
    });
  } finally {
    trial.remove();
  }
}

function saving(file: NotebookFile, save: () => Conclusion): Conclusion {
  try {
    return save();
  } catch (error) {
    const reason = `not saved: ${error instanceof Error ? error.message : String(error)}`;
    return failure(file, [{ kind: "not saved", reason }]);
  }
}

function run(file: NotebookFile, options: RunFileOptions, env: NodeJS.ProcessEnv): Promise<RunOutcome> {
  return runNotebook(file.notebook, { ...options, restart: true, env, cwd: dirname(resolve(file.path)) });
}

function failure(file: NotebookFile, failures: readonly Failure[]): Conclusion {
  return {
    status: "failed",
    message: failures.map((each) => describeFailure(file.path, each)).join("\n"),
    refused: failures.every((each) => each.kind === "cell" && each.failure.kind === "refused"),
    failedCells: failures.flatMap((each) => (each.kind === "cell" ? [each.cell] : [])),
  };
}
