import type { JsonObject, JsonValue } from "@finetune-icl/base";

/**
 * A Jupyter notebook, nbformat 4.5, with the names of that format. In memory every multi-line text (sources,
 * streams, text MIME types) is one string; on disk it is a list of lines.
 */
export interface Notebook {
  readonly nbformat: 4;
  readonly nbformat_minor: 5;
  readonly metadata: JsonObject;
  readonly cells: readonly Cell[];
}

/** One cell of a notebook. */
export type Cell = CodeCell | MarkdownCell | RawCell;

interface CellParts {
  /** 1 to 64 letters, digits, `-` and `_`; unique in the notebook. */
  readonly id: string;
  readonly metadata: JsonObject;
  readonly source: string;
}

/** A cell of code with what it gave. */
export interface CodeCell extends CellParts {
  readonly cell_type: "code";
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
}

export interface MarkdownCell extends CellParts {
  readonly cell_type: "markdown";
  readonly attachments?: Attachments;
}

export interface RawCell extends CellParts {
  readonly cell_type: "raw";
  readonly attachments?: Attachments;
}

/** Attached files by name. */
export type Attachments = Readonly<Record<string, MimeBundle>>;

/** One thing in several representations: MIME type → data (an object for JSON types, otherwise a string). */
export type MimeBundle = Readonly<Record<string, JsonValue>>;

/** What a cell gave: text, something displayed, its result, or an error. */
export type Output = StreamOutput | DisplayDataOutput | ExecuteResultOutput | ErrorOutput;

export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

export interface DisplayDataOutput {
  readonly output_type: "display_data";
  readonly data: MimeBundle;
  readonly metadata: JsonObject;
}

export interface ExecuteResultOutput {
  readonly output_type: "execute_result";
  readonly execution_count: number | null;
  readonly data: MimeBundle;
  readonly metadata: JsonObject;
}

export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** Whether data of this MIME type stands in the file as JSON of any shape rather than as text. */
export function isJsonMime(mime: string): boolean {
  return mime === "application/json" || (mime.startsWith("application/") && mime.endsWith("+json"));
}

/**
 * Whether the cell carries one of these tags in its metadata.
 * @example
 * const cell = { cell_type: "markdown", id: "a", metadata: { tags: ["solution"] }, source: "" } as const;
 * console.log(hasTag(cell, "solution", "exercise")); // true
 */
export function hasTag(cell: Cell, ...names: readonly string[]): boolean {
  const tags = cell.metadata.tags;
  return Array.isArray(tags) && names.some((name) => tags.includes(name));
}

/**
 * Whether the cell's output differs from run to run, so that it is not to be compared: the tag `ignore-output`, or in nbval's
 * words the tag `nbval-ignore-output` or the comment `NBVAL_IGNORE_OUTPUT`.
 */
export function ignoresOutput(cell: Cell): boolean {
  return (
    hasTag(cell, "ignore-output", "nbval-ignore-output") ||
    /^\s*\/\/\s*NBVAL_IGNORE_OUTPUT\b/m.test(cell.source)
  );
}

/** Whether a front end would send the cell to the kernel: a code cell that holds more than white space. */
export function isExecutable(cell: Cell): cell is CodeCell {
  return cell.cell_type === "code" && cell.source.trim() !== "";
}
