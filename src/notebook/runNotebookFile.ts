import { dirname, resolve } from "node:path";
import { describeFailure } from "./cellFailure";
import { type CellDifference, compareNotebooks, describeDifference } from "./compareNotebooks";
import { isExecutable } from "./nbformat";
import type { NotebookFile } from "./readNotebook";
import { type RunOutcome, runNotebook } from "./runNotebook";
import { saveNotebook } from "./saveNotebook";

export interface RunFileOptions {
  /** Compare with the stored outputs instead of saving. */
  readonly check: boolean;
  readonly timeoutMs: number;
  readonly onCellDone?: () => void;
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
  | { readonly status: "failed"; readonly message: string }
  | { readonly status: "different"; readonly differences: readonly CellDifference[] };

/** Runs a notebook file, then saves it when every cell did what it should, or compares it. */
export async function runNotebookFile(file: NotebookFile, options: RunFileOptions): Promise<NotebookResult> {
  const start = performance.now();
  const outcome = await runNotebook(file.notebook, { ...options, cwd: dirname(resolve(file.path)) });
  const conclusion = conclude(file, outcome, options.check);
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
      return result.differences
        .map((difference) => describeDifference(result.notebook, difference))
        .join("\n");
  }
}

function conclude(file: NotebookFile, outcome: RunOutcome, check: boolean): Conclusion {
  if (outcome.status === "failed")
    return { status: "failed", message: describeFailure(file.path, outcome.failure) };
  if (check) {
    const differences = compareNotebooks(file.notebook, outcome.notebook);
    return differences.length === 0 ? { status: "ok" } : { status: "different", differences };
  }
  try {
    saveNotebook(file, outcome.notebook);
    return { status: "ok" };
  } catch (error) {
    const reason = `not saved: ${error instanceof Error ? error.message : String(error)}`;
    return { status: "failed", message: describeFailure(file.path, { kind: "not saved", reason }) };
  }
}
