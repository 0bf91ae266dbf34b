import { join } from "node:path";
import { InputError, readShard, type Shard, shardOf } from "@finetune-icl/base";
import type { Profile } from "@finetune-icl/core/evidence";
import { openCheckpoint, withFolderLock, withLock } from "@finetune-icl/files";
import {
  type AnyStudy,
  DEFAULT_SEED,
  requireStudyFolder,
  runStudy,
  runStudyUnits,
  STUDIES,
  type StudyOptions,
  saveStudy,
} from "@finetune-icl/lab/study";
import { openPart, type Part, PROGRAM_FOLDERS, resultsFolder } from "@finetune-icl/lab/units";
import type { Command } from "commander";
import { say } from "../say";
import { printJson } from "./jsonInput";
import { withKeptProgress } from "./keptWork";
import { readNumberOption, readWorkers } from "./numberOption";
import { readOutFile, readOutFolder } from "./outOption";

interface Options {
  readonly quick?: true;
  readonly seed: string;
  readonly out?: string;
  readonly jobs?: string;
  readonly shard?: string;
}

/** Adds `finetune-icl study [NAME…]`: what happens where the assumptions of the theory do not hold. */
export function registerStudyCommand(program: Command): void {
  program
    .command("study")
    .description("Run the studies beyond the assumptions, all or some, and save their tables.")
    .argument("[names...]", "studies (default: all of them)")
    .option("--quick", "the same questions with fewer seeds, prompts and steps; saved only with --out")
    .option("--seed <number>", "seed of all random numbers", String(DEFAULT_SEED))
    .option("--out <folder>", "where the tables go (default: data/studies of the package)")
    .option(
      "--shard <i/k>",
      "only the i-th of k parts, into the file --out; `merge` makes the tables of them",
    )
    .option("--jobs <number>", "worker threads (default: the number of cores)")
    .addHelpText(
      "after",
      `\nStudies:\n${STUDIES.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`).join("\n")}\nAfter an interruption the same command goes on from the units that were finished.`,
    )
    .action(runCommand);
}

async function runCommand(names: readonly string[], options: Options): Promise<void> {
  const studies = chooseStudies(names);
  const profile: Profile = options.quick ? "quick" : "full";
  const settings = { profile, seed: readNumberOption(options.seed, "--seed", 0) };
  const workers = readWorkers(options.jobs);
  if (options.shard !== undefined)
    return runShard(studies, settings, readShard(options.shard), { workers, out: options.out });
  const out = options.out === undefined ? undefined : readOutFolder(options.out);
  const folder = out ?? (profile === "full" ? resultsFolder("studies") : undefined);
  const run = () => {
    if (out !== undefined) for (const study of studies) requireStudyFolder(out, study, settings);
    return runStudies(studies, settings, { workers, folder });
  };
  await (folder === undefined ? run() : withFolderLock(folder, run));
}

const unitName = (study: AnyStudy, unit: string): string => `${study.name}/${unit}`;

/** Does a shard's units of all the studies into the file --out, which a later run of the same command goes on from. */
async function runShard(
  studies: readonly AnyStudy[],
  settings: StudyOptions,
  shard: Shard,
  { workers, out }: { readonly workers: number; readonly out: string | undefined },
): Promise<void> {
  if (out === undefined) throw new InputError("--out", undefined, "a file for what --shard gives");
  const path = readOutFile(out);
  const units = studies.flatMap((study) =>
    study.units(settings).map(({ name, input }) => ({
      name: unitName(study, name),
      input: { study: study.name, input },
    })),
  );
  const mine = shardOf(units, shard);
  await withLock(path, async () => {
    const work = { command: "study", ...settings, studies: studies.map(({ name }) => name) };
    const checkpoint = openPart<unknown>(
      path,
      work,
      units.map(({ name }) => name),
    );
    await withKeptProgress({ total: mine.length, things: "units", kept: checkpoint.kept }, (step) =>
      runStudyUnits(mine, { workers, checkpoint, onUnitDone: () => step() }),
    );
  });
  say(`${mine.length} of ${units.length} units: ${path}\n`);
}

/** Saves the tables of all parts of studies that were divided. */
export function saveStudyParts(folder: string, { work, results }: Part): void {
  const { profile, seed, studies } = work as unknown as StudyOptions & {
    readonly studies: readonly string[];
  };
  const finished = new Map(results);
  const chosen = chooseStudies(studies);
  for (const study of chosen) requireStudyFolder(folder, study, { profile, seed });
  for (const study of chosen) {
    const units = study.units({ profile, seed });
    const tables = study.tables(
      units.map((unit) => ({ ...unit, result: finished.get(unitName(study, unit.name)) })),
    );
    saveStudy(folder, study, { profile, seed }, tables);
    say(`${study.title}: ${join(folder, study.name, "README.md")}\n`);
  }
}

async function runStudies(
  studies: readonly AnyStudy[],
  settings: StudyOptions,
  { workers, folder }: { readonly workers: number; readonly folder: string | undefined },
): Promise<void> {
  const report: unknown[] = [];
  for (const study of studies) {
    const start = performance.now();
    const checkpoint = openCheckpoint<unknown>(
      folder ?? resultsFolder("studies"),
      { study: study.name, ...settings },
      PROGRAM_FOLDERS,
      // What saves nothing needs no folder that can be written to.
      { mayFail: folder === undefined },
    );
    const tables = await withKeptProgress(
      {
        total: study.units(settings).length,
        things: `units of ${study.name}`,
        kept: checkpoint.kept,
      },
      (step) => runStudy(study, settings, { workers, checkpoint, onUnitDone: () => step() }),
    );
    if (folder !== undefined) {
      saveStudy(folder, study, settings, tables);
      say(`${study.title}: ${join(folder, study.name, "README.md")}\n`);
    }
    checkpoint.clear();
    report.push({
      study: study.name,
      tables: Object.fromEntries(
        Object.entries(tables).map(([name, { table }]) => [name, table.rows.length]),
      ),
      seconds: (performance.now() - start) / 1000,
    });
  }
  printJson({ studies: report });
}

function chooseStudies(names: readonly string[]): readonly AnyStudy[] {
  const known = STUDIES.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InputError("NAME", unknown, `one of ${known.join(", ")}`);
  return names.length === 0 ? STUDIES : STUDIES.filter(({ name }) => names.includes(name));
}
