import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Notebook } from "./nbformat";
import type { NotebookFile } from "./readNotebook";
import { serializeNotebook } from "./serializeNotebook";

/**
 * Replaces the file by the executed notebook, in one step: a reader sees the old file or the new one.
 * Throws when the file is no longer what was read, because saving would undo somebody's edit.
 */
export function saveNotebook(file: NotebookFile, executed: Notebook): void {
  const text = serializeNotebook(executed);
  if (readFileSync(file.path, "utf8") !== file.text)
    throw new Error("the file changed while its cells ran: it is left as it is now");
  if (text !== file.text) writeFileAtomic.sync(file.path, text);
}

/** Writes the executed notebook into a folder, which is made when it is not there. */
export function saveNotebookIn(folder: string, name: string, executed: Notebook): void {
  mkdirSync(folder, { recursive: true });
  writeFileAtomic.sync(join(folder, name), serializeNotebook(executed));
}
