import { readFileSync } from "node:fs";
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
