import { existsSync } from "node:fs";
import { InputError, isJsonObject, readRecord, readWhole } from "@finetune-icl/base";
import { writeWhole } from "@finetune-icl/files";
import { readKeptJson } from "../units/part";
import { type Grid, type GridPoint, gridPoints, readGrid } from "./grid";
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

const WRITTEN = "results written by finetune-icl sweep";

/**
 * The results of a study from the JSON of their file `path`, every row held against the study: its place, the values of its fields, the
 * tasks and shots it was tested at, and that each number is one.
 * @throws InputError naming the file and the field that is not what a sweep writes.
 */
export function readSweepFile(value: unknown, path: string, field = "FILE"): SweepFile {
  const { study, runs, rows } = sweepFields(value, path, field);
  const at = `${field}: ${path}`;
  const grid = within(at, "study", () => readGrid(study));
  const points = gridPoints(grid);
  if (runs !== points.length) throw new InputError(`${at}: runs`, runs, `${points.length}, as the study has`);
  const places = new Set<number>();
  rows.forEach((row, k) => {
    const index = within(at, `rows[${k}]`, () => requireRow(row, points, grid));
    if (places.has(index)) throw new InputError(`${at}: rows[${k}].index`, index, "each run once");
    places.add(index);
  });
  return value as SweepFile;
}

/** What is looked at before anything is held against the study. */
function sweepFields(
  value: unknown,
  path: string,
  field: string,
): { readonly study: unknown; readonly runs: unknown; readonly rows: readonly unknown[] } {
  const { study, runs, rows } = isJsonObject(value) ? value : {};
  if (!isJsonObject(study) || !Array.isArray(rows)) throw new InputError(field, path, WRITTEN);
  return { study, runs, rows };
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

/** @returns the row's index. @throws InputError naming the field of the row */
function requireRow(row: unknown, points: readonly GridPoint[], { shots }: Grid): number {
  const record = readRecord(row, "row", [
    "index",
    "values",
    "diverged",
    "pretrainingLoss",
    "fineTuningLoss",
    "errors",
  ]);
  const index = readWhole(record.index, "index", 0);
  const point = points[index];
  if (point === undefined) throw new InputError("index", index, `0 to ${points.length - 1}`);
  if (JSON.stringify(record.values) !== JSON.stringify(point.values))
    throw new InputError("values", record.values, JSON.stringify(point.values));
  if (typeof record.diverged === "string" && record.errors === undefined) return index;
  requireReal(record.pretrainingLoss, "pretrainingLoss");
  if (record.fineTuningLoss !== undefined) requireReal(record.fineTuningLoss, "fineTuningLoss");
  const tested = (["+theta0", "-theta0"] as const).flatMap((task) => shots.map((n) => ({ task, shots: n })));
  const { errors } = record;
  if (!Array.isArray(errors) || errors.length !== tested.length)
    throw new InputError("errors", errors, `${tested.length} of them, one a task and number of shots`);
  for (const [k, wanted] of tested.entries()) {
    const at = `errors[${k}]`;
    const error = readRecord(errors[k], at, ["task", "shots", "exact", "measured", "standardError"]);
    if (error.task !== wanted.task || error.shots !== wanted.shots)
      throw new InputError(at, errors[k], JSON.stringify(wanted));
    if (error.exact !== undefined) requireReal(error.exact, `${at}.exact`);
    requireReal(error.measured, `${at}.measured`);
    requireReal(error.standardError, `${at}.standardError`);
  }
  return index;
}

function requireReal(value: unknown, path: string): void {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new InputError(path, value, "a finite number");
}

/** The rows that an earlier, interrupted run of the same study left in the file. @throws InputError for another study. */
export function rowsLeft(path: string, study: Grid): readonly SweepRow[] {
  if (!existsSync(path)) return [];
  const value = readKeptJson(path, "--out");
  if (JSON.stringify(sweepFields(value, path, "--out").study) !== JSON.stringify(study))
    throw new InputError(
      "--out",
      path,
      "results of the same study, or no file: this one holds another study",
    );
  return readSweepFile(value, path, "--out").rows;
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
  return { study, runs, rows: [...rows.values()] };
}
