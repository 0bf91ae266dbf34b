import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readChoice, toCsv } from "@finetune-icl/base";
import { requireAffordable } from "@finetune-icl/core/problem";
import { openCheckpoint, requireOwnResults, withFolderLock, writeAllWhole } from "@finetune-icl/files";
import {
  type ExperimentRun,
  type ExperimentSize,
  experimentTable,
  RELEASED_SIZE,
  runExperiment,
  type UnitResult,
  unitsOf,
} from "@finetune-icl/lab/experiment";
import { PROGRAM_FOLDERS } from "@finetune-icl/lab/units";
import type { Command } from "commander";
import { say } from "../say";
import { withKeptProgress } from "./keptWork";
import { readNumberOption, readWorkers } from "./numberOption";
import { readOutFolder } from "./outOption";

interface Options {
  readonly method: string;
  readonly keyQuery: string;
  readonly optimiser: string;
  readonly seeds: string;
  readonly steps: string;
  readonly batch: string;
  readonly testPrompts: string;
  readonly testSeeds: string;
  readonly out: string;
  readonly jobs?: string;
}

/** Adds `finetune-icl experiment`: the released experiment, whole. */
export function registerExperimentCommand(program: Command): void {
  program
    .command("experiment")
    .description(
      "The released experiment: pretraining, then every regime, tested on the target task and its opposite, over several training seeds.",
    )
    .option("--method <name>", "exact, sampled or both", "exact")
    .option("--key-query <kind>", "merged, separate or both", "both")
    .option("--optimiser <name>", "sgd or adam, of every stage", RELEASED_SIZE.optimiser)
    .option("--seeds <number>", "training seeds 0, 1, …", "1")
    .option("--steps <number>", "steps of each stage", String(RELEASED_SIZE.steps))
    .option("--batch <number>", "batch size of sampled training", String(RELEASED_SIZE.batchSize))
    .option(
      "--test-prompts <number>",
      "test prompts for each test seed, each task and each number of shots",
      String(RELEASED_SIZE.test.prompts),
    )
    .option("--test-seeds <number>", "test seeds, 2 or more", String(RELEASED_SIZE.test.seeds))
    .requiredOption(
      "--out <folder>",
      "where errors.csv and settings.json go; an interrupted run goes on there",
    )
    .option("--jobs <number>", "worker threads (default: the number of cores)")
    .action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  const methods = both(readChoice(options.method, "--method", ["exact", "sampled", "both"] as const), [
    "exact",
    "sampled",
  ] as const);
  const kinds = both(readChoice(options.keyQuery, "--key-query", ["merged", "separate", "both"] as const), [
    "merged",
    "separate",
  ] as const);
  const seeds = readNumberOption(options.seeds, "--seeds", 1);
  const size: ExperimentSize = {
    ...RELEASED_SIZE,
    optimiser: readChoice(options.optimiser, "--optimiser", ["sgd", "adam"] as const),
    steps: readNumberOption(options.steps, "--steps", 1),
    batchSize: readNumberOption(options.batch, "--batch", 1),
    test: {
      seeds: readNumberOption(options.testSeeds, "--test-seeds", 2),
      prompts: readNumberOption(options.testPrompts, "--test-prompts", 1),
    },
  };
  const workers = readWorkers(options.jobs);
  const tested = 2 * (size.largestShots + 1) * size.test.seeds * size.test.prompts;
  const trained = methods.includes("sampled") ? size.steps * size.batchSize : 200 * size.steps;
  requireAffordable("--seeds", seeds, {
    operations: seeds * methods.length * kinds.length * 8 * 1000 * (tested + trained),
    bytes: 1000 * seeds,
  });
  const runs: readonly ExperimentRun[] = methods.flatMap((method) =>
    kinds.flatMap((keyQuery) =>
      Array.from({ length: seeds }, (_, seed): ExperimentRun => ({ method, keyQuery, seed })),
    ),
  );

  const out = readOutFolder(options.out);
  const settings = `${JSON.stringify({ methods, keyQuery: kinds, seeds, ...size }, null, 1)}\n`;
  await withFolderLock(out, () => runInto(out, settings, { runs, size, workers }));
}

async function runInto(
  out: string,
  settings: string,
  {
    runs,
    size,
    workers,
  }: { readonly runs: readonly ExperimentRun[]; readonly size: ExperimentSize; readonly workers: number },
): Promise<void> {
  refuseAnother(out, settings);
  const checkpoint = openCheckpoint<UnitResult>(out, { runs, size }, PROGRAM_FOLDERS);
  const results = await withKeptProgress(
    { total: runs.flatMap(unitsOf).length, things: "stages", kept: checkpoint.kept },
    (step) => runExperiment(runs, size, { workers, checkpoint, onUnitDone: () => step() }),
  );
  // Somebody may have written there in the meantime.
  refuseAnother(out, settings);
  writeAllWhole([
    [join(out, "errors.csv"), toCsv(experimentTable(runs, results))],
    [join(out, "settings.json"), settings],
  ]);
  checkpoint.clear();
  say(`${runs.length} training runs: the errors are in ${join(out, "errors.csv")}.\n`);
}

/** Results of other settings stay; those of the same settings come out the same again. */
function refuseAnother(out: string, settings: string): void {
  const path = join(out, "settings.json");
  requireOwnResults(out, {
    names: ["errors.csv", "settings.json"],
    areThere: () => existsSync(path) && readFileSync(path, "utf8") === settings,
    words: "with the results of the same experiment",
  });
}

const both = <Choice extends string>(choice: Choice | "both", all: readonly Choice[]): readonly Choice[] =>
  choice === "both" ? all : [choice];
