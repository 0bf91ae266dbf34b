import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import type { Profile } from "@finetune-icl/core/evidence";
import { openCheckpoint, withLock } from "@finetune-icl/files";
import {
  type AnyStudy,
  DEFAULT_SEED,
  runStudy,
  STUDIES,
  type StudyOptions,
  saveStudy,
} from "@finetune-icl/lab/study";
import { PROGRAM_FOLDERS, resultsFolder } from "@finetune-icl/lab/units";
import type { Command } from "commander";
import { printJson } from "./jsonInput";
import { withKeptProgress } from "./keptWork";
import { readNumberOption, readWorkers } from "./numberOption";
import { readOutFolder } from "./outOption";

interface Options {
  readonly quick?: true;
  readonly seed: string;
  readonly out?: string;
  readonly jobs?: string;
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
  const out = options.out === undefined ? undefined : readOutFolder(options.out);
  const folder = out ?? (profile === "full" ? resultsFolder("studies") : undefined);
  const run = () => runStudies(studies, settings, { workers, folder });
  await (folder === undefined ? run() : withLock(folder, run));
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
    );
    const tables = await withKeptProgress(
      {
        total: study.units(settings).length,
        things: `units of ${study.name}`,
        kept: () => checkpoint.results.size,
      },
      (step) => runStudy(study, settings, { workers, checkpoint, onUnitDone: () => step() }),
    );
    if (folder !== undefined) {
      saveStudy(folder, study, settings, tables);
      process.stderr.write(`${study.title}: ${join(folder, study.name, "README.md")}\n`);
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
