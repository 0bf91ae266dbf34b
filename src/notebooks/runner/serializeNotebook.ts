import type { JsonObject, JsonValue } from "@finetune-icl/base";
import { splitLines } from "./lines";
import type { Attachments, Cell, MimeBundle, Notebook, Output } from "./nbformat";
import { writeJson } from "./writeJson";

/** The text of the .ipynb file, byte for byte as Jupyter writes it: sorted keys, one space of indent, lists of lines. */
export function serializeNotebook(notebook: Notebook): string {
  const file: JsonObject = {
    nbformat: notebook.nbformat,
    nbformat_minor: notebook.nbformat_minor,
    metadata: without(notebook.metadata, "orig_nbformat", "orig_nbformat_minor", "signature"),
    cells: notebook.cells.map(cellToFile),
  };
  return `${writeJson(file)}\n`;
}

function cellToFile(cell: Cell): JsonObject {
  const parts = {
    id: cell.id,
    cell_type: cell.cell_type,
    // `trusted` belongs to one user's machine, `execution` holds the times of one run.
    metadata: without(cell.metadata, "trusted", "execution"),
    source: splitLines(cell.source),
  };
  if (cell.cell_type === "code")
    return { ...parts, execution_count: cell.execution_count, outputs: cell.outputs.map(outputToFile) };
  return cell.attachments ? { ...parts, attachments: attachmentsToFile(cell.attachments) } : parts;
}

function attachmentsToFile(attachments: Attachments): JsonObject {
  return Object.fromEntries(
    Object.entries(attachments).map(([name, bundle]) => [name, bundleToFile(bundle)]),
  );
}

function outputToFile(output: Output): JsonObject {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: splitLines(output.text) };
    case "display_data":
    case "execute_result":
      return { ...output, data: bundleToFile(output.data) };
    case "error":
      return { ...output };
  }
}

function bundleToFile(bundle: MimeBundle): JsonObject {
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, data]) => [mime, isLined(mime, data) ? splitLines(data) : data]),
  );
}

function isLined(mime: string, data: JsonValue): data is string {
  if (typeof data !== "string") return false;
  return mime.startsWith("text/") || mime === "application/javascript" || mime === "image/svg+xml";
}

function without(metadata: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !keys.includes(key)));
}
