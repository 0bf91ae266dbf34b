import { existsSync, readFileSync } from "node:fs";
import { decodeUtf8, InputError, parseStrictJson } from "@finetune-icl/base";
import { writeWhole } from "@finetune-icl/files";
import type { Grid } from "./grid";
import type { SweepRow } from "./sweepRun";

/** What stands in a file of results: the study, the number of its runs, and the rows that are done, by index. */
export interface SweepFile {
  readonly study: Grid;
  readonly runs: number;
  readonly rows: readonly SweepRow[];
}

/** Writes the rows in the order of their index, one a line, whole or not at all. */
export function writeSweep(path: string, { study, runs, rows }: SweepFile): void {
  const ordered = [...rows].sort((a, b) => a.index - b.index);
  const lines = ordered.map((row) => JSON.stringify(row)).join(",\n");
  writeWhole(path, `{"study": ${JSON.stringify(study)},\n"runs": ${runs},\n"rows": [\n${lines}\n]}\n`);
}

/** Whether a row of a file, which somebody may have edited, is one of a study. */
function isRow(row: unknown): boolean {
  const { index, values, diverged, errors } = (row ?? {}) as Partial<Record<string, unknown>>;
  const isNamed = Number.isSafeInteger(index) && typeof values === "object" && values !== null;
  return isNamed && (typeof diverged === "string" || Array.isArray(errors));
}

/** @throws InputError when the file holds no results of a study. */
export function readSweep(path: string, field = "FILE"): SweepFile {
  try {
    const file = parseStrictJson(decodeUtf8(readFileSync(path))) as SweepFile;
    if (Number.isSafeInteger(file.runs) && Array.isArray(file.rows) && file.rows.every(isRow)) return file;
  } catch {
    // Said below, in one line.
  }
  throw new InputError(field, path, "results written by finetune-icl sweep");
}

/** The rows that an earlier, interrupted run of the same study left in the file. @throws InputError for another study. */
export function rowsLeft(path: string, study: Grid): readonly SweepRow[] {
  if (!existsSync(path)) return [];
  const file = readSweep(path, "--out");
  if (JSON.stringify(file.study) !== JSON.stringify(study))
    throw new InputError(
      "--out",
      path,
      "results of the same study, or no file: this one holds another study",
    );
  return file.rows;
}

/**
 * Puts the shards of a study together: the same bytes, however many there were.
 * @throws InputError when the files are of different studies, or rows are missing or differ.
 */
export function mergeSweeps(paths: readonly string[]): SweepFile {
  const files = paths.map((path) => readSweep(path));
  const [{ study, runs }] = files as [SweepFile];
  const rows = new Map<number, SweepRow>();
  for (const [k, file] of files.entries()) {
    if (JSON.stringify(file.study) !== JSON.stringify(study))
      throw new InputError("FILE", paths[k], `results of the same study as ${paths[0]}`);
    for (const row of file.rows) {
      const known = rows.get(row.index);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(row))
        throw new InputError(
          "FILE",
          paths[k],
          `the same result for run ${row.index} as in the files before it`,
        );
      rows.set(row.index, row);
    }
  }
  // The number of runs is what a file says: not so many are counted through, only as far as the first few that are missing.
  const missing: number[] = [];
  for (let i = 0; i < runs && missing.length <= 5; i += 1) if (!rows.has(i)) missing.push(i);
  if (missing.length > 0) {
    const some = missing.slice(0, 5).join(", ");
    throw new InputError(
      "FILE",
      paths,
      `files that hold all ${runs} runs; missing: ${some}${missing.length > 5 ? ", …" : ""}`,
    );
  }
  return { study, runs, rows: [...rows.values()] };
}
