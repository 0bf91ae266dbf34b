import type { JsonValue } from "@finetune-icl/base";
import { type FailingCell, failingCell, nameCell } from "./cellFailure";
import { compareJson } from "./compareJson";
import { compareText, placeOfDifference } from "./compareText";
import {
  type CodeCell,
  ignoresOutput,
  isExecutable,
  isJsonMime,
  type MimeBundle,
  type Notebook,
  type Output,
} from "./nbformat";

/** What a cell's stored outputs and its outputs now disagree in, first. */
export interface CellDifference {
  readonly cell: FailingCell;
  /** Such as `output 1, text/plain, line 3`. */
  readonly where: string;
  readonly stored: string;
  readonly got: string;
}

interface Difference {
  readonly where: string;
  readonly stored: string;
  readonly got: string;
}

const PLOTLY = "application/vnd.plotly.v1+json";
const SHOWN = 120;
// Of a line that is cut, so much is shown before the difference.
const LEAD = 40;

/**
 * Compares the outputs of two runs of one notebook, cell by cell (at most one difference a cell): text exactly except
 * for the precision of numbers, figures by their data. Execution counts and metadata do not matter.
 */
export function compareNotebooks(stored: Notebook, got: Notebook): readonly CellDifference[] {
  return stored.cells.flatMap((cell, index) => {
    const other = got.cells[index];
    if (cell.cell_type !== "code" || other?.cell_type !== "code") return [];
    const difference = compareCells(cell, other);
    return difference ? [{ cell: failingCell(cell, index), ...difference }] : [];
  });
}

/** A difference in three short lines. `notebook` is the path as the user gave it. */
export function describeDifference(notebook: string, difference: CellDifference): string {
  const { cell, where, stored, got } = difference;
  return `${notebook}: ${nameCell(cell)} gives another output than the stored one: ${where}\n    stored: ${stored}\n    now:    ${got}`;
}

function compareCells(stored: CodeCell, got: CodeCell): Difference | undefined {
  // Front ends leave the outputs of an empty cell alone, whatever they are.
  if (!isExecutable(stored) || ignoresOutput(stored)) return undefined;
  const before = mergeStreams(stored.outputs);
  const now = mergeStreams(got.outputs);
  for (let index = 0; index < Math.max(before.length, now.length); index += 1) {
    const difference = compareOutputs(before[index], now[index]);
    if (difference) return { ...difference, where: `output ${index + 1}${difference.where}` };
  }
  return undefined;
}

function compareOutputs(stored: Output | undefined, got: Output | undefined): Difference | undefined {
  if (stored?.output_type === "stream" && got?.output_type === "stream" && stored.name === got.name)
    return textDifference(`, ${stored.name}`, stored.text, got.text);
  if (stored?.output_type === "error" && got?.output_type === "error")
    return textDifference(", error", errorText(stored), errorText(got));
  if (isDisplay(stored) && isDisplay(got) && stored.output_type === got.output_type)
    return compareBundles(stored.data, got.data);
  return { where: "", stored: summary(stored), got: summary(got) };
}

function compareBundles(stored: MimeBundle, got: MimeBundle): Difference | undefined {
  const mimes = Object.keys(stored).sort();
  const gotMimes = Object.keys(got).sort();
  if (mimes.join() !== gotMimes.join())
    return { where: ", MIME types", stored: mimes.join(", "), got: gotMimes.join(", ") };
  for (const mime of mimes) {
    // The figure is in its data; the pictures beside it depend on fonts and versions.
    if (mimes.includes(PLOTLY) && (mime.startsWith("image/") || mime === "text/html")) continue;
    const difference = compareData(mime, stored[mime] ?? null, got[mime] ?? null);
    if (difference) return difference;
  }
  return undefined;
}

function compareData(mime: string, stored: JsonValue, got: JsonValue): Difference | undefined {
  if (!isJsonMime(mime) && typeof stored === "string" && typeof got === "string")
    return isBinary(mime)
      ? exactDifference(`, ${mime}`, stored, got)
      : textDifference(`, ${mime}`, stored, got);
  const difference = compareJson(stored, got);
  if (!difference) return undefined;
  return {
    where: `, ${mime}, ${difference.path}`,
    stored: short(JSON.stringify(difference.stored)),
    got: short(JSON.stringify(difference.got)),
  };
}

function isBinary(mime: string): boolean {
  return mime === "application/pdf" || (mime.startsWith("image/") && mime !== "image/svg+xml");
}

function exactDifference(where: string, stored: string, got: string): Difference | undefined {
  return stored === got ? undefined : { where, stored: short(stored), got: short(got) };
}

function textDifference(where: string, stored: string, got: string): Difference | undefined {
  const difference = compareText(stored, got);
  if (!difference) return undefined;
  const { line, stored: before, got: now } = difference;
  const at = placeOfDifference(before ?? "", now ?? "");
  return {
    where: `${where}, line ${line}`,
    stored: short(from(before, at.stored)),
    got: short(from(now, at.got)),
  };
}

/** A long line, such as a table in HTML, from a little before the place where it differs. */
function from(line: string | undefined, place: number): string | undefined {
  if (line === undefined || line.length <= SHOWN || place <= LEAD) return line;
  return `…${line.slice(place - LEAD)}`;
}

/** Consecutive text of one stream as one output: front ends differ in whether they merge it. */
function mergeStreams(outputs: readonly Output[]): readonly Output[] {
  const merged: Output[] = [];
  for (const output of outputs) {
    const last = merged.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name)
      merged[merged.length - 1] = { ...last, text: last.text + output.text };
    else merged.push(output);
  }
  return merged;
}

function isDisplay(
  output: Output | undefined,
): output is Extract<Output, { output_type: "display_data" | "execute_result" }> {
  return output?.output_type === "display_data" || output?.output_type === "execute_result";
}

function errorText({ ename, evalue }: Extract<Output, { output_type: "error" }>): string {
  return `${ename}: ${evalue}`;
}

function summary(output: Output | undefined): string {
  switch (output?.output_type) {
    case undefined:
      return "(nothing)";
    case "stream":
      return `${output.name}: ${short(output.text)}`;
    case "error":
      return short(errorText(output));
    case "display_data":
    case "execute_result":
      return `${output.output_type}: ${Object.keys(output.data).join(", ")}`;
  }
}

function short(text: string | undefined): string {
  if (text === undefined) return "(nothing)";
  const shown = JSON.stringify(text).slice(1, -1);
  return shown.length <= SHOWN ? shown : `${shown.slice(0, SHOWN)}…`;
}
