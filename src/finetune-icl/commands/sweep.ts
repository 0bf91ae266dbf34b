import { readShard, shardOf } from "@finetune-icl/base";
import { readTrainingSettings } from "@finetune-icl/core/train";
import { withLock } from "@finetune-icl/files";
import {
  type Grid,
  type GridPoint,
  gridPoints,
  readGrid,
  rowsLeft,
  SWEEP_WORKER,
  type SweepRow,
  type SweepTask,
  writeSweep,
} from "@finetune-icl/lab/sweep";
import { withWorkers } from "@finetune-icl/lab/units";
import type { Command } from "commander";
import { readJson } from "./jsonInput";
import { withKeptProgress } from "./keptWork";
import { readWorkers } from "./numberOption";
import { readOutFile } from "./outOption";

/** Adds `finetune-icl sweep GRID.json`: a study that a cluster's scheduler may divide. */
export function registerSweepCommand(program: Command): void {
  program
    .command("sweep")
    .description(
      "Train every combination of some settings, or one shard of them; the same command goes on after an interruption.",
    )
    .argument(
      "<grid>",
      'JSON {base: a training input, grid: {"fineTuning.trainable": ["all", "value"], "seed": [0, 1], …}, shots: […], test: {seeds, prompts}}, or -',
    )
    .option("--shard <i/k>", "only the i-th of k shards", "1/1")
    .requiredOption("--out <file>", "where the results go")
    .option("--jobs <number>", "worker threads (default: the number of cores)")
    .action(sweep);
}

async function sweep(
  path: string,
  options: { readonly shard: string; readonly out: string; readonly jobs?: string },
): Promise<void> {
  const out = readOutFile(options.out);
  const study = readGrid(readJson(path));
  const points = gridPoints(study);
  // Whatever is wrong with any run is said before the first one starts.
  for (const { input } of points) readTrainingSettings(input);
  const mine = shardOf(points, readShard(options.shard));
  const workers = readWorkers(options.jobs);
  await withLock(out, () => runShard(out, study, { points, mine, workers }));
}

async function runShard(
  out: string,
  study: Grid,
  {
    points,
    mine,
    workers,
  }: { readonly points: readonly GridPoint[]; readonly mine: readonly GridPoint[]; readonly workers: number },
): Promise<void> {
  const rows: SweepRow[] = [...rowsLeft(out, study)];
  const known = new Set(rows.map(({ index }) => index));
  const keep = (): void => writeSweep(out, { study, runs: points.length, rows });
  await withKeptProgress({ total: mine.length, things: "runs", kept: () => rows.length }, (step) => {
    step(mine.filter(({ index }) => known.has(index)).length);
    return withWorkers(
      SWEEP_WORKER,
      workers,
      (run: (task: SweepTask) => Promise<SweepRow>): Promise<unknown> =>
        Promise.all(
          mine
            .filter(({ index }) => !known.has(index))
            .map(async (point) => {
              rows.push(await run({ point, tested: study }));
              keep();
              step();
            }),
        ),
    );
  });
  keep();
  const diverged = rows.filter((row) => "diverged" in row).sort((a, b) => a.index - b.index);
  const [first] = diverged;
  if (first !== undefined && "diverged" in first)
    throw new Error(
      `${diverged.length} of ${mine.length} runs diverged, the first ${JSON.stringify(first.values)} (${first.diverged}); all others are in ${out}`,
    );
  process.stderr.write(`${mine.length} of ${points.length} runs: ${out}\n`);
}
