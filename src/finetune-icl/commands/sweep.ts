import { readShard, shardOf } from "@finetune-icl/base";
import { readTrainingSettings } from "@finetune-icl/core/train";
import { withLock } from "@finetune-icl/files";
import { gridPoints, openSweep, readGrid, runSweep, type SweepShard } from "@finetune-icl/lab/sweep";
import type { Command } from "commander";
import { say } from "../say";
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
  const shard: SweepShard = { study, runs: points.length, points: mine, out };
  const workers = readWorkers(options.jobs);
  await withLock(out, () => runShard(shard, workers));
}

async function runShard(shard: SweepShard, workers: number): Promise<void> {
  const { points, runs, out } = shard;
  const checkpoint = openSweep(shard);
  const rows = await withKeptProgress(
    { total: points.length, things: "runs", kept: () => checkpoint.results.size },
    (step) => runSweep(shard, { workers, checkpoint, onUnitDone: () => step() }),
  );
  const diverged = rows.filter((row) => "diverged" in row).sort((a, b) => a.index - b.index);
  const [first] = diverged;
  if (first !== undefined && "diverged" in first)
    throw new Error(
      `${diverged.length} of ${points.length} runs diverged, the first ${JSON.stringify(first.values)} (${first.diverged}); all others are in ${out}`,
    );
  say(`${points.length} of ${runs} runs: ${out}\n`);
}
