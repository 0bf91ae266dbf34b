import { existsSync } from "node:fs";
import { InputError, JsonError, parseStrictJson } from "@finetune-icl/base";
import { readInputText } from "@finetune-icl/files";
import { parseExactly } from "./exactNumbers";
import type { Notebook } from "./nbformat";
import { parseNotebook, type ReadOptions } from "./parseNotebook";

/** A notebook together with the text it was read from, so that a later change of the file can be noticed. */
export interface NotebookFile {
  readonly path: string;
  readonly text: string;
  readonly notebook: Notebook;
}

/** Reads and validates an .ipynb file (nbformat 4.0 to 4.5); with `renewsIds` cells that were copied get ids of their own. Throws `InputError`. */
export function readNotebook(path: string, options: ReadOptions = {}): Notebook {
  return readNotebookFile(path, options).notebook;
}

/** As `readNotebook`, with the text of the file. */
export function readNotebookFile(path: string, options: ReadOptions = {}): NotebookFile {
  const text = readText(path);
  return { path, text, notebook: parseNotebook(parseJson(text, path), path, parseExactly(text), options) };
}

function readText(path: string): string {
  try {
    if (!existsSync(path)) throw new InputError("notebook", path, "the path of a file that exists");
    return readInputText(path, { field: "notebook", allowed: "the path of a file that can be read" });
  } catch (error) {
    if (error instanceof JsonError)
      throw new InputError(path, "bytes that are no text", `UTF-8 (${error.message})`);
    throw error;
  }
}

function parseJson(text: string, path: string): unknown {
  if (text.startsWith("\uFEFF"))
    throw new InputError(path, "a byte order mark", "UTF-8 without one: save the file again as plain UTF-8");
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (error instanceof JsonError && isJson(text))
      throw new InputError(path, text, `a notebook (${error.message})`);
    const [where, number] = findNoNumber(text) ?? [];
    if (where !== undefined)
      throw new InputError(`${path}: ${where}`, number, "a number: JSON has no such value");
    throw new InputError(path, text, "a notebook, which is JSON");
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/g;
const MARK = "\u0000";

/** Python writes NaN and infinities where JSON has none: the first of them, by its path, when the text is JSON otherwise. */
function findNoNumber(text: string): readonly [where: string, number: string] | undefined {
  const marked = text.replace(NO_NUMBER, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  try {
    return search(JSON.parse(marked), "");
  } catch {
    return undefined;
  }
}

function search(value: unknown, where: string): readonly [where: string, number: string] | undefined {
  if (typeof value === "string") return value.startsWith(MARK) ? [where, value.slice(1)] : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = search(
      inner,
      Array.isArray(value) ? `${where}[${key}]` : where === "" ? key : `${where}.${key}`,
    );
    if (found) return found;
  }
  return undefined;
}
