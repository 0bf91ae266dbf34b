import { readFileSync } from "node:fs";
import { InputError } from "@finetune-icl/base";
import type { Notebook } from "./nbformat";
import { parseNotebook } from "./parseNotebook";

/** A notebook together with the text it was read from, so that a later change of the file can be noticed. */
export interface NotebookFile {
  readonly path: string;
  readonly text: string;
  readonly notebook: Notebook;
}

/** Reads and validates an .ipynb file (nbformat 4.0 to 4.5). Throws `InputError`. */
export function readNotebook(path: string): Notebook {
  return readNotebookFile(path).notebook;
}

/** As `readNotebook`, with the text of the file. */
export function readNotebookFile(path: string): NotebookFile {
  const text = readText(path);
  return { path, text, notebook: parseNotebook(parseJson(text, path), path) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new InputError("notebook", path, "the path of a file that exists");
    if (code === "EISDIR") throw new InputError("notebook", path, "the path of a file, not of a folder");
    throw error;
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(path, text, "a notebook, which is JSON");
  }
}
