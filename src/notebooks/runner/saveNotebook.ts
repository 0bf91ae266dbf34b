import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Content, writeAllWhole, writeWhole } from "@finetune-icl/files";
import type { Notebook } from "./nbformat";
import type { NotebookFile } from "./readNotebook";
import { serializeNotebook } from "./serializeNotebook";

/**
 * Replaces the file by the executed notebook, and writes what its cells saved, all or nothing: a reader sees the old files or
 * the new ones. Throws when the file is no longer what was read, because saving would undo somebody's edit.
 */
export function saveNotebook(
  file: NotebookFile,
  executed: Notebook,
  saved: Iterable<readonly [path: string, content: Content]> = [],
): void {
  const text = serializeNotebook(executed);
  if (readFileSync(file.path, "utf8") !== file.text)
    throw new Error("the file changed while its cells ran: it is left as it is now");
  writeAllWhole([...saved, ...(text === file.text ? [] : [[file.path, text] as const])]);
}

/** Whether nobody may write the file: replacing it by another would go around that. */
export function isReadOnly(path: string): boolean {
  return (statSync(path).mode & 0o222) === 0;
}

/** Writes the executed notebook into a folder, which is made when it is not there. */
export function saveNotebookIn(folder: string, name: string, executed: Notebook): void {
  writeWhole(join(folder, name), serializeNotebook(executed));
}
