import { isJsonObject } from "@finetune-icl/base";
import type { Notebook } from "../runner/nbformat";

/** What the grader asks of a guard, on its standard input. */
export interface GuardedRun {
  readonly notebook: Notebook;
  /** Limit for each cell. */
  readonly timeoutMs: number;
  /** Ids of cells of which a printed line is wanted. */
  readonly wanted: readonly string[];
  /** How that line begins. */
  readonly mark: string;
}

/** What a guard says, a line of JSON each: how many cells have run, none at its start, and at last what came of it. */
export type GuardMessage = { readonly done: number } | GuardReport;

export interface GuardReport {
  readonly failures: readonly { readonly cell: string | null; readonly text: string }[];
  /** Whether the kernel lived to the end. */
  readonly isComplete: boolean;
  /** The last line with the mark that each wanted cell printed; nothing where there is none. */
  readonly printed: Readonly<Record<string, string>>;
}

/** Reads a line; a submission may have written it, so nothing is taken for granted. */
export function readGuardMessage(line: string): GuardMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(message)) return undefined;
  const { done, failures, printed, isComplete } = message;
  if (Number.isSafeInteger(done)) return { done: done as number };
  if (!Array.isArray(failures) || !isJsonObject(printed)) return undefined;
  return {
    failures: failures.filter(isJsonObject).map(({ cell, text }) => ({
      cell: typeof cell === "string" ? cell : null,
      text: typeof text === "string" ? text : "",
    })),
    isComplete: isComplete === true,
    printed: Object.fromEntries(
      Object.entries(printed).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
}
