import { existsSync } from "node:fs";
import { InputError, isJsonObject, readWhole } from "@finetune-icl/base";
import { runKey, sealOf, writeWhole } from "@finetune-icl/files";
import { readKeptJson } from "../units/part";
import { PROGRAM_FOLDERS } from "../units/programFolders";
import { type Grid, gridPoints, readGrid } from "./grid";
import type { SweepRow } from "./sweepRun";

/** What a sweep is: the study, and the code that does it. */
export interface SweepHeader {
  readonly study: Grid;
  /** Of the study and of the code that does it: rows of different versions are never put together. */
  readonly key: string;
  /** How many runs the whole study has. */
  readonly runs: number;
}

/** What stands in a file of results: the rows that are done, by index, each sealed there. */
export interface SweepFile extends SweepHeader {
  readonly rows: readonly SweepRow[];
}

/** The header of a study that this version does. */
export const sweepHeader = (study: Grid, runs: number): SweepHeader => ({
  study,
  key: runKey({ command: "sweep", study }, PROGRAM_FOLDERS),
  runs,
});

/** Writes the rows in the order of their index, one a line, whole or not at all. */
export function writeSweep(path: string, { study, key, runs, rows }: SweepFile): void {
  const ordered = [...rows].sort((a, b) => a.index - b.index);
  const lines = ordered.map((row) => JSON.stringify({ ...row, seal: sealOf(key, row) })).join(",\n");
  writeWhole(
    path,
    `{"study": ${JSON.stringify(study)},\n"key": "${key}",\n"runs": ${runs},\n"seal": "${sealOf(study, key, runs)}",\n"rows": [\n${lines}\n]}\n`,
  );
}

const WRITTEN = "results written by finetune-icl sweep";

/**
 * The results of a study from the JSON of their file `path`.
 * @throws InputError naming the file and the part of it that is not what a sweep wrote, or was changed since.
 */
export function readSweepFile(value: unknown, path: string, field = "FILE"): SweepFile {
  const { study, key, runs, seal, rows } = sweepFields(value, path, field);
  const at = `${field}: ${path}`;
  const changed = (place: string): InputError =>
    new InputError(`${at}: ${place}`, "something that was changed since", "what sweep wrote");
  const grid = within(at, "study", () => readGrid(study));
  const points = gridPoints(grid).length;
  if (runs !== points) throw new InputError(`${at}: runs`, runs, `${points}, as the study has`);
  // Files of early versions had no seals.
  if (typeof key !== "string") throw new InputError(field, path, WRITTEN);
  if (seal !== sealOf(study, key, runs)) throw changed("study, key or runs");
  const known = new Map<number, SweepRow>();
  for (const [k, entry] of rows.entries()) {
    const { seal: rowSeal, ...row } = isJsonObject(entry) ? entry : {};
    if (rowSeal !== sealOf(key, row)) throw changed(`rows[${k}]`);
    const index = within(at, `rows[${k}]`, () => readWhole(row.index, "index", 0));
    if (known.has(index)) throw new InputError(`${at}: rows[${k}].index`, index, "each run once");
    known.set(index, row as unknown as SweepRow);
  }
  return { study: grid, key, runs: points, rows: [...known.values()] };
}

/** What is looked at before anything is held against the study. */
function sweepFields(
  value: unknown,
  path: string,
  field: string,
): Readonly<Record<"study" | "key" | "runs" | "seal", unknown>> & { readonly rows: readonly unknown[] } {
  const { study, key, runs, seal, rows } = isJsonObject(value) ? value : {};
  if (!isJsonObject(study) || !Array.isArray(rows)) throw new InputError(field, path, WRITTEN);
  return { study, key, runs, seal, rows };
}

/** Names the file, and where in it, before the field that is wrong. */
function within<Value>(file: string, place: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${file}: ${place}: ${error.field}`, error.holds, error.allowed);
  }
}

/** The rows that an earlier, interrupted run of the same study left in the file. @throws InputError for another study or version. */
export function rowsLeft(path: string, { study, key }: SweepHeader): readonly SweepRow[] {
  if (!existsSync(path)) return [];
  const value = readKeptJson(path, "--out");
  if (JSON.stringify(sweepFields(value, path, "--out").study) !== JSON.stringify(study))
    throw new InputError(
      "--out",
      path,
      "results of the same study, or no file: this one holds another study",
    );
  const kept = readSweepFile(value, path, "--out");
  if (kept.key !== key)
    throw new InputError("--out", path, "results by the same version of the package, or no file");
  return kept.rows;
}

/**
 * Puts the shards of a study together: the same bytes, however many there were.
 * @param values the JSON of each file, where it was read already
 * @throws InputError when the files are of different studies, are not what a sweep writes, or rows are missing or differ.
 */
export function mergeSweeps(
  paths: readonly string[],
  values: readonly unknown[] = paths.map((path) => readKeptJson(path)),
): SweepFile {
  const files = values.map((value, k) => readSweepFile(value, paths[k]!));
  const [{ study, key, runs }] = files as [SweepFile];
  const rows = new Map<number, SweepRow>();
  for (const [k, file] of files.entries()) {
    if (JSON.stringify(file.study) !== JSON.stringify(study))
      throw new InputError("FILE", paths[k], `results of the same study as ${paths[0]}`);
    if (file.key !== key)
      throw new InputError("FILE", paths[k], `results by the same version of the package as ${paths[0]}`);
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
  // Counted through as far as the first few that are missing.
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
  return { study, key, runs, rows: [...rows.values()] };
}
