import { join } from "node:path";
import { runUnits, type UnitRun } from "../units/runUnits";
import type { Grid, GridPoint } from "./grid";
import { rowsLeft, type SweepHeader, sweepHeader, writeSweep } from "./sweepFile";
import type { SweepRow, SweepTask } from "./sweepRun";

/** Some runs of a study, and where their rows go. */
export interface SweepShard {
  readonly study: Grid;
  /** How many runs the whole study has. */
  readonly runs: number;
  /** Those to be done. */
  readonly points: readonly GridPoint[];
  /** The file of results; rows that it holds are not computed again. */
  readonly out: string;
}

/** The rows of a file of results by the name of their run; a row that is added is written at once. */
export interface SweepRows {
  readonly header: SweepHeader;
  readonly results: ReadonlyMap<string, SweepRow>;
  readonly add: (name: string, row: SweepRow) => void;
}

/**
 * The rows that an earlier, interrupted run left in the file.
 * @throws InputError when the file holds another study, rows of another version, or something that was changed since.
 */
export function openSweep({ study, runs, out }: Omit<SweepShard, "points">): SweepRows {
  const header = sweepHeader(study, runs);
  const results = new Map(rowsLeft(out, header).map((row) => [String(row.index), row]));
  return {
    header,
    results,
    add: (name, row) => {
      results.set(name, row);
      writeSweep(out, { ...header, rows: [...results.values()] });
    },
  };
}

/**
 * Trains and tests the runs on worker threads, and writes the file after each; its bytes do not depend on how many threads, or
 * shards, there were.
 * @returns the rows of the file.
 */
export async function runSweep(
  { study, points, out }: Omit<SweepShard, "runs">,
  run: Omit<UnitRun<SweepRow>, "checkpoint"> & { readonly checkpoint: SweepRows },
): Promise<readonly SweepRow[]> {
  await runUnits<SweepTask, SweepRow, unknown>(join(__dirname, "worker.js"), run, (done) =>
    Promise.all(points.map((point) => done({ name: String(point.index), input: { point, tested: study } }))),
  );
  const rows = [...run.checkpoint.results.values()];
  // A shard without runs has a file, too.
  writeSweep(out, { ...run.checkpoint.header, rows });
  return rows;
}
