import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MOST_KEPT_BYTES, readInputText } from "./inputFile";
import { isSealed, sealedLine } from "./sealed";
import { WriteError, writeWhole } from "./wholeFile";

/** Where an interrupted run left off: the units it had finished. */
export interface Checkpoint<Result> {
  readonly results: Map<string, Result>;
  /** Adds a finished unit and writes the file, whole. */
  readonly add: (name: string, result: Result) => void;
  /** How many of them a later run would find. */
  readonly kept: () => number;
  /** Removes the file: the run is complete. */
  readonly clear: () => void;
}

/**
 * Opens the checkpoint of a run in `folder`. Its name holds a hash of what the run depends on (`options`) and
 * of the code in the folders `program`, so that results of other options or of another version are never taken over. With `mayFail` a
 * folder that cannot be written to is no error: then an interruption costs what was done, as it must for work that saves nothing.
 */
export function openCheckpoint<Result>(
  folder: string,
  options: unknown,
  program: readonly string[],
  { mayFail = false }: { readonly mayFail?: boolean } = {},
): Checkpoint<Result> {
  const key = runKey(options, program);
  const path = join(folder, `.unfinished-${key}.json`);
  const results = new Map<string, Result>(existsSync(path) ? readEntries<Result>(path, key) : []);
  const lines = new Map([...results].map(([name, result]) => [name, sealedLine(key, name, result)]));
  let isKept = true;
  return {
    results,
    add: (name, result) => {
      results.set(name, result);
      lines.set(name, sealedLine(key, name, result));
      if (!isKept) return;
      try {
        writeWhole(path, `[${[...lines.values()].join(",\n")}]`);
      } catch (error) {
        if (mayFail && error instanceof WriteError) isKept = false;
        else throw error;
      }
    },
    kept: () => (isKept ? results.size : 0),
    clear: () => removeAll(path),
  };
}

/** Removes the file, and what a run that was killed while it wrote the file left beside it. */
function removeAll(path: string): void {
  if (!existsSync(dirname(path))) return;
  for (const name of readdirSync(dirname(path))) {
    if (name.includes(basename(path))) rmSync(join(dirname(path), name), { force: true });
  }
}

/** A file that cannot be read back, or in which something was changed or is of other work, is as good as none: the work is done again. */
function readEntries<Result>(path: string, key: string): readonly [string, Result][] {
  try {
    const text = readInputText(path, { field: "checkpoint", allowed: "a file", most: MOST_KEPT_BYTES });
    const entries: unknown = JSON.parse(text);
    const isWhole = Array.isArray(entries) && entries.every((entry) => isSealed(key, entry));
    return isWhole ? entries.map(([name, , result]) => [name, result as Result]) : [];
  } catch {
    return [];
  }
}

/** Names what a run's results depend on: its options, and the compiled code in the folders `program`. 16 hexadecimal digits. */
export function runKey(options: unknown, program: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(options));
  for (const folder of program) {
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
      if (file.endsWith(".js")) hash.update(file).update(readFileSync(join(folder, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
