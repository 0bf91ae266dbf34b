import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { Piscina } from "piscina";
import { createProgress } from "../notebook/progress";
import { readWhole } from "../problem/readInput";
import { gridPoints, readGrid, readShard, shardOf } from "../sweep/grid";
import { mergeSweeps, rowsLeft, writeSweep } from "../sweep/sweepFile";
import type { SweepRow } from "../sweep/sweepRun";
import { readTrainingSettings } from "../train/readTrainingSettings";
import { readJson } from "./jsonInput";

/** Adds `finetune-icl sweep GRID.json` and `finetune-icl merge FILE…`: studies that a cluster's scheduler may divide. */
export function registerSweepCommands(program: Command): void {
  program
    .command("sweep")
    .description(
      "Train every combination of some settings, or one shard of them; the same command goes on after an interruption.",
    )
    .argument(
      "<grid>",
      'JSON {base: a training input, grid: {"fineTuning.trainable": ["all", "value"], "seed": [0, 1], …}, shots: […]}, or -',
    )
    .option("--shard <i/k>", "only the i-th of k shards", "1/1")
    .requiredOption("--out <file>", "where the results go")
    .option("--jobs <number>", "worker threads (default: the number of cores)")
    .action(sweep);
  program
    .command("merge")
    .description("Put the shards of a study together; the result does not depend on how many there were.")
    .argument("<files...>", "files written by sweep")
    .requiredOption("--out <file>", "where the whole goes")
    .action((files: readonly string[], { out }: { readonly out: string }) => {
      const whole = mergeSweeps(files);
      writeSweep(out, whole);
      process.stderr.write(`${whole.runs} runs: ${out}\n`);
    });
}

async function sweep(
  path: string,
  options: { readonly shard: string; readonly out: string; readonly jobs?: string },
): Promise<void> {
  const study = readGrid(readJson(path));
  const points = gridPoints(study);
  // Whatever is wrong with any run is said before the first one starts.
  for (const { input } of points) readTrainingSettings(input);
  const mine = shardOf(points, readShard(options.shard));
  const workers =
    options.jobs === undefined
      ? availableParallelism()
      : readWhole(/^\d+$/.test(options.jobs) ? Number(options.jobs) : options.jobs, "--jobs", 1);
  const rows: SweepRow[] = [...rowsLeft(options.out, study)];
  const known = new Set(rows.map(({ index }) => index));
  const keep = (): void => writeSweep(options.out, { study, runs: points.length, rows });
  const progress = createProgress(mine.length, process.stderr, "runs");
  progress.step(mine.filter(({ index }) => known.has(index)).length);
  const pool = new Piscina({
    filename: join(__dirname, "..", "sweep", "worker.js"),
    minThreads: 1,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
  });
  try {
    await Promise.all(
      mine
        .filter(({ index }) => !known.has(index))
        .map(async (point) => {
          rows.push((await pool.run({ point, shots: study.shots })) as SweepRow);
          keep();
          progress.step();
        }),
    );
  } finally {
    await pool.destroy();
    progress.stop();
  }
  keep();
  process.stderr.write(`${mine.length} of ${points.length} runs: ${options.out}\n`);
}
