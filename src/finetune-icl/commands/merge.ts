import { resolve } from "node:path";
import { InputError } from "@finetune-icl/base";
import { withFolderLock, withLock } from "@finetune-icl/files";
import type { FinishedUnit } from "@finetune-icl/lab/ledger";
import { mergeSweeps, rowsLeft, writeSweep } from "@finetune-icl/lab/sweep";
import { isPart, mergeParts, type Part, readKeptJson, readPart } from "@finetune-icl/lab/units";
import type { Command } from "commander";
import { say } from "../say";
import { readOutFile, readOutFolder } from "./outOption";
import { saveStudyParts } from "./study";
import { saveLedgerParts } from "./verify";

/** Adds `finetune-icl merge FILE…`: the parts that `--shard` makes, put together. */
export function registerMergeCommand(program: Command): void {
  program
    .command("merge")
    .description(
      "Put together what `sweep`, `study`, `transformer` or `verify` wrote with --shard; the result does not depend on how many shards there were.",
    )
    .argument("<files...>", "files written with --shard, all of one piece of work")
    .requiredOption(
      "--out <path>",
      "where the whole goes: for a sweep a file, which may be one of its own, for studies and the ledger a folder",
    )
    .action(merge);
}

async function merge(paths: readonly string[], options: { readonly out: string }): Promise<void> {
  if (options.out === "") throw new InputError("--out", "", "the path of a file for a sweep, or of a folder");
  // Each file is read once: a pipe gives what it has only once.
  const values = paths.map((path) => readKeptJson(path));
  if (!isPart(values[0])) {
    const out = readOutFile(options.out);
    const whole = mergeSweeps(paths, values);
    await withLock(out, async () => {
      // A file of another study, or one of the user's, stays.
      rowsLeft(out, whole);
      writeSweep(out, whole);
    });
    say(`${whole.runs} runs: ${out}\n`);
    return;
  }
  // The file of a sweep may take in its own rows again; a folder cannot stand where a part does.
  if (paths.some((path) => resolve(path) === resolve(options.out)))
    throw new InputError("--out", options.out, "another path than that of a file that is put together");
  const parts = values.map((value, k) => readPart(value, paths[k]!));
  const folder = readOutFolder(options.out);
  const kind = MERGED.get(parts[0]!.work.command);
  if (kind === undefined)
    throw new InputError("FILE", paths[0], `a part of ${[...MERGED.keys()].join(" or ")}`);
  const part = mergeParts(paths, parts, kind.comparable);
  await withFolderLock(folder, async () => await kind.save(folder, part));
}

/** What is made of the parts of a command. */
interface Merged {
  readonly save: (folder: string, part: Part) => void | Promise<void>;
  /** What of a unit's result is the same wherever it is computed; all of it unless told. */
  readonly comparable?: (result: unknown) => unknown;
}

const MERGED = new Map<string, Merged>([
  // Beside what a check found stands the time it took.
  ["verify", { save: saveLedgerParts, comparable: (unit) => (unit as FinishedUnit).result }],
  ["study", { save: saveStudyParts }],
  [
    "transformer",
    // Its package is installed only where it is wanted.
    { save: async (folder, part) => (await import("./transformer")).saveTransformerParts(folder, part) },
  ],
]);
