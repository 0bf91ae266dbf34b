import type { KernelExit } from "./kernelProcess";
import type { Cell } from "./nbformat";

/** Why a notebook did not run to its end as it should. */
export type Failure =
  | { readonly kind: "not started"; readonly reason: string }
  | { readonly kind: "not saved"; readonly reason: string }
  | { readonly kind: "cell"; readonly cell: FailingCell; readonly failure: CellFailure };

export interface FailingCell {
  /** Position among all cells, from 1. */
  readonly number: number;
  readonly id: string;
  readonly firstLine: string;
}

export type CellFailure = WhatFailed & {
  /** The kernel was lost, and another one ran the cells behind. */
  readonly isRestarted?: true;
};

type WhatFailed =
  | { readonly kind: "threw"; readonly text: string }
  /** The cell of parameters found one outside what the lesson is written for; `text` is one line that says which. */
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "unhandled"; readonly text: string }
  | { readonly kind: "wrote to stderr"; readonly text: string }
  | { readonly kind: "did not throw" }
  | { readonly kind: "timed out"; readonly seconds: number }
  | { readonly kind: "kernel died"; readonly exit: KernelExit }
  | { readonly kind: "too much output"; readonly characters: number }
  | { readonly kind: "machine path"; readonly path: string };

const LONGEST_LINE = 60;
const MOST_LINES = 15;

export function failingCell(cell: Cell, index: number): FailingCell {
  const line =
    cell.source
      .split("\n")
      .find((text) => text.trim() !== "")
      ?.trim() ?? "";
  const firstLine = line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)}…`;
  return { number: index + 1, id: cell.id, firstLine };
}

/** How messages name a cell: its position, its id and its first line. */
export function nameCell({ number, id, firstLine }: FailingCell): string {
  return `cell ${number} (id ${id}) \`${firstLine}\``;
}

/** What went wrong, in one line, with what the kernel said below it. `notebook` is the path as the user gave it. */
export function describeFailure(notebook: string, failure: Failure): string {
  if (failure.kind !== "cell") return `${notebook}: ${failure.reason}`;
  if (failure.failure.kind === "refused") return `${notebook}: ${failure.failure.text}`;
  return `${notebook}: ${nameCell(failure.cell)} ${describeCellFailure(failure.failure)}`;
}

function describeCellFailure(failure: CellFailure): string {
  const note = failure.isRestarted
    ? "; the cells below it ran on a new kernel, which does not know the names above"
    : "";
  switch (failure.kind) {
    case "threw":
      return `failed:${indent(failure.text)}`;
    case "refused":
      return `refused: ${failure.text}`;
    case "unhandled":
      return `left an error that nobody handles:${indent(failure.text)}`;
    case "wrote to stderr":
      return `wrote to stderr, which only a cell with the tag allow-stderr may do:${indent(failure.text)}`;
    case "did not throw":
      return "ran through, but its tag raises-exception says that it throws";
    case "timed out":
      return `did not end within ${failure.seconds} s (--timeout sets the limit)${note}`;
    case "kernel died":
      return `ended the kernel ${describeExit(failure.exit, note)}`;
    case "too much output":
      return `has more than ${failure.characters} characters of output, figures included: a notebook is for reading${note}`;
    case "machine path":
      return `shows a path of this machine, ${failure.path}: outputs must be the same everywhere`;
  }
}

/** How a kernel process ended, in words. */
export function describeExit({ code, signal, lastWords }: KernelExit, note = ""): string {
  const how = signal === null ? `(exit code ${code ?? "unknown"})` : `(killed by ${signal})`;
  return lastWords === "" ? how + note : `${how}${note}:${indent(lastWords)}`;
}

function indent(text: string): string {
  const lines = text.trimEnd().split("\n");
  const shown = lines.slice(0, MOST_LINES);
  const rest = lines.length - shown.length;
  if (rest > 0) shown.push(`… ${rest} more lines`);
  return shown.map((line) => `\n    ${line}`).join("");
}
