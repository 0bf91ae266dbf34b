import { homedir } from "node:os";
import { findProjectRoot } from "@finetune-icl/files";
import type { Output } from "./nbformat";

/** A folder of this machine that the outputs name: where the notebook is, where the package is, or the home. */
export function findMachinePath(outputs: readonly Output[], notebookDirectory: string): string | undefined {
  const shown = JSON.stringify(outputs);
  return [notebookDirectory, findProjectRoot(notebookDirectory), homedir()].find(
    // A home such as `/` or `/root` would be found in innocent text.
    (path) =>
      path !== undefined &&
      path.split(/[\\/]/).length > 2 &&
      shown.includes(JSON.stringify(path).slice(1, -1)),
  );
}
