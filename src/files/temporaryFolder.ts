import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onEnd } from "./cleanup";
import { isRunning, THIS_PROCESS, writerOf } from "./runningProcess";

/** A folder of the system's temporary folder, and how to remove it; it is removed when the process ends, too. */
export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** Makes a folder for one purpose, in words joined by hyphens, and removes those of the same purpose whose process was killed. */
export function makeTemporaryFolder(purpose: string): TemporaryFolder {
  const prefix = `process-files-${purpose}-`;
  for (const name of readdirSync(tmpdir())) {
    const owner = writerOf(name, prefix);
    // This process may have others of the same purpose.
    if (owner !== undefined && !isRunning(owner, true))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  const path = mkdtempSync(join(tmpdir(), `${prefix}${THIS_PROCESS}-`));
  return { path, remove: onEnd(() => rmSync(path, { recursive: true, force: true })) };
}
