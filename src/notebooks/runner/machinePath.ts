import { homedir } from "node:os";
import { projectRoot } from "@finetune-icl/files";
import type { Output } from "./nbformat";

/** A folder of this machine that the outputs name: where the notebook is, where the package is, or the home. */
export function findMachinePath(outputs: readonly Output[], notebookDirectory: string): string | undefined {
  const shown = JSON.stringify(outputs);
  return [notebookDirectory, projectRoot(), homedir()].find(
    // A home such as `/` or `/root` would be found in innocent text.
    (path) => path.split(/[\\/]/).length > 2 && shown.includes(JSON.stringify(path).slice(1, -1)),
  );
}
