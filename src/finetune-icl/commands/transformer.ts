import { join } from "node:path";
import { InputError, readShard, type Shard } from "@finetune-icl/base";
import type { Profile } from "@finetune-icl/core/evidence";
import { withFolderLock, withLock } from "@finetune-icl/files";
import { openPart, type Part, PROGRAM_FOLDERS, resultsFolder } from "@finetune-icl/lab/units";
import {
  openTransformerCheckpoint,
  requireTransformerFolder,
  runTransformerStudy,
  runTransformerUnits,
  saveTransformerStudy,
  shardUnits,
  TRANSFORMER_FOLDER,
  type TransformerStudyOptions,
  transformerTables,
  type UnitResult,
  unitCount,
  unitNames,
} from "@finetune-icl/transformer";
import type { Command } from "commander";
import { say } from "../say";
import { printJson } from "./jsonInput";
import { withKeptProgress } from "./keptWork";
import { readNumberOption, readWorkers } from "./numberOption";
import { readOutFile, readOutFolder } from "./outOption";

interface Options {
  readonly quick?: true;
  readonly cells?: string;
  readonly out?: string;
  readonly jobs?: string;
  readonly shard?: string;
}

/** Adds `finetune-icl transformer`: what fine-tuning leaves of a small GPT's in-context learning. */
export function registerTransformerCommand(program: Command): void {
  program
    .command("transformer")
    .description(
      "Pretrain small GPTs on regression in context, fine-tune them on zero-shot prompts of one task by what is trained, what is added and the rate, and measure what remains at the same zero-shot risk.",
    )
    .option("--quick", "the same questions of a tiny GPT, in less than a minute; saved only with --out")
    .option("--cells <number>", "only the first cells of the grid, which are those that matter most")
    .option("--out <folder>", "where the tables go (default: data/studies/transformer of the package)")
    .option(
      "--shard <i/k>",
      "only the i-th of k parts, into the file --out; `merge` makes the tables of them",
    )
    .option("--jobs <number>", "worker threads (default: the number of cores)")
    .addHelpText(
      "after",
      "\nAfter an interruption the same command goes on from the units that were finished, and so does one with more --cells.",
    )
    .action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  const profile: Profile = options.quick ? "quick" : "full";
  const cells = options.cells === undefined ? undefined : readNumberOption(options.cells, "--cells", 1);
  const settings = { profile, ...(cells !== undefined && { cells }) };
  const workers = readWorkers(options.jobs);
  if (options.shard !== undefined)
    return runShard(settings, readShard(options.shard), { workers, out: options.out });
  const out = options.out === undefined ? undefined : readOutFolder(options.out);
  const folder = out ?? (profile === "full" ? join(resultsFolder("studies"), "transformer") : undefined);
  const run = async (): Promise<void> => {
    if (out !== undefined) requireTransformerFolder(out, settings);
    const start = performance.now();
    const checkpoint = openTransformerCheckpoint(folder ?? resultsFolder("studies"), profile, {
      mayFail: folder === undefined,
    });
    const tables = await withKeptProgress(
      { total: unitCount(settings), things: "units", kept: checkpoint.kept },
      (step) => runTransformerStudy(settings, { workers, checkpoint, onUnitDone: () => step() }),
    );
    if (folder !== undefined) {
      saveTransformerStudy(folder, settings, tables);
      say(`Fine-tuning a small GPT: ${join(folder, "README.md")}\n`);
    }
    // A run of some cells leaves what a run of more goes on from.
    if (cells === undefined) checkpoint.clear();
    printJson({
      units: unitCount(settings),
      tables: Object.keys(tables),
      seconds: (performance.now() - start) / 1000,
    });
  };
  await (folder === undefined ? run() : withFolderLock(folder, run));
}

/** Does a shard's units, and the pretrainings that they start from, into the file --out, which a later run of the same command goes on from. */
async function runShard(
  settings: TransformerStudyOptions,
  shard: Shard,
  { workers, out }: { readonly workers: number; readonly out: string | undefined },
): Promise<void> {
  if (out === undefined) throw new InputError("--out", undefined, "a file for what --shard gives");
  const path = readOutFile(out);
  const mine = shardUnits(settings, shard);
  await withLock(path, async () => {
    const checkpoint = openPart<UnitResult>(
      path,
      { command: "transformer", ...settings },
      unitNames(settings),
      [...PROGRAM_FOLDERS, TRANSFORMER_FOLDER],
    );
    await withKeptProgress({ total: mine.length, things: "units", kept: checkpoint.kept }, (step) =>
      runTransformerUnits(settings, { workers, checkpoint, onUnitDone: () => step() }, mine),
    );
  });
  say(`${mine.length} of ${unitCount(settings)} units: ${path}\n`);
}

/** Saves the tables of all parts of a study that was divided. */
export function saveTransformerParts(folder: string, { work, results }: Part): void {
  const { profile, cells } = work as unknown as TransformerStudyOptions;
  const settings = { profile, ...(cells !== undefined && { cells }) };
  requireTransformerFolder(folder, settings);
  const finished = new Map(results as readonly (readonly [string, UnitResult])[]);
  saveTransformerStudy(folder, settings, transformerTables(settings, finished));
  say(`Fine-tuning a small GPT: ${join(folder, "README.md")}\n`);
}
