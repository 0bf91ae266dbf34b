import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeWhole } from "./wholeFile";

/** Where an interrupted run left off: the units it had finished. */
export interface Checkpoint<Result> {
  readonly results: Map<string, Result>;
  /** Adds a finished unit and writes the file, whole. */
  readonly add: (name: string, result: Result) => void;
  /** Removes the file: the run is complete. */
  readonly clear: () => void;
}

/**
 * Opens the checkpoint of a run in `folder`. Its name holds a hash of what the run depends on (`options`) and
 * of the code in the folders `program`, so that results of other options or of another version are never taken over.
 */
export function openCheckpoint<Result>(
  folder: string,
  options: unknown,
  program: readonly string[],
): Checkpoint<Result> {
  const path = join(folder, `.unfinished-${runKey(options, program)}.json`);
  const results = new Map<string, Result>(existsSync(path) ? readEntries<Result>(path) : []);
  return {
    results,
    add: (name, result) => {
      results.set(name, result);
      writeWhole(path, JSON.stringify([...results]));
    },
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

/** A file that cannot be read back is as good as none: the work is done again. */
function readEntries<Result>(path: string): readonly [string, Result][] {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, "utf8"));
    const whole =
      Array.isArray(entries) &&
      entries.every(
        (entry) =>
          Array.isArray(entry) &&
          entry.length === 2 &&
          typeof entry[0] === "string" &&
          (entry[1] ?? null) !== null,
      );
    return whole ? (entries as [string, Result][]) : [];
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
