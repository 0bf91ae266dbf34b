import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { InputError, isJsonObject, mapInOrder, readShard, shardOf } from "@finetune-icl/base";
import { createProgress, realTarget } from "@finetune-icl/files";
import {
  courseNotebooks,
  describeResult,
  isExecutable,
  type NotebookFile,
  type NotebookResult,
  type RunFileOptions,
  readNotebookFile,
  runNotebookFile,
} from "@finetune-icl/notebooks/runner";
import type { Command } from "commander";
import { exitCodeOf, onInterrupt } from "../interrupted";
import { answer, say } from "../say";
import { readOutFolder } from "./outOption";
import { readJobs, readSeconds } from "./runnerOptions";

interface Options {
  readonly check?: true;
  readonly set: readonly string[];
  readonly out?: string;
  readonly keepGoing?: true;
  readonly timeout: string;
  readonly jobs?: string;
  readonly shard?: string;
}

/** Adds `finetune-icl notebooks [FILE…]`: run notebooks on a tslab kernel each and save them, or check them. */
export function registerNotebooksCommand(program: Command): void {
  program
    .command("notebooks")
    .description("Run notebooks, each on a fresh tslab kernel, and save them with their outputs.")
    .argument("[files...]", "notebooks (default: those of the package, in the order of their names)")
    .option("--check", "compare with the stored outputs instead of saving")
    .option(
      "--set <name=value>",
      "give a constant of the cell tagged parameters another value; repeatable; needs --out",
      (text: string, earlier: readonly string[]) => [...earlier, text],
      [],
    )
    .option("--out <folder>", "save notebooks and tables in this folder, and leave the course as it is")
    .option("--keep-going", "go on after a cell that fails, and name all that failed")
    .option("--timeout <seconds>", "time limit for each cell", "300")
    .option("--shard <i/k>", "only the i-th of k parts of the notebooks, dealt out in their order")
    .option("--jobs <number>", "notebooks that run at the same time (default: the number of cores)")
    .addHelpText(
      "after",
      "\nPrints a JSON report on standard output. A notebook is saved only when all its cells did what they should.",
    )
    .action(runCommand);
}

async function runCommand(paths: readonly string[], options: Options): Promise<void> {
  const timeoutMs = readSeconds(options.timeout) * 1000;
  const jobs = options.jobs === undefined ? availableParallelism() : readJobs(options.jobs);
  const outputs = readOutputs(options);
  const shard = options.shard === undefined ? { part: 1, parts: 1 } : readShard(options.shard);
  const chosen = shardOf(paths.length > 0 ? unique(paths) : courseNotebooks(), shard);
  const named = chosen.map(readTslabNotebook);
  if (typeof outputs === "object") refuseOverwriting(named, outputs.folder);
  const files = await withOverrides(named, options.set);
  const cells = files.flatMap((file) => file.notebook.cells.filter(isExecutable)).length;
  const progress = createProgress(cells, process.stderr);
  let finished = 0;
  const forget = onInterrupt((signal) => {
    progress.stop();
    const kept = outputs === "check" ? "" : "; those that ran are saved, the others as they were";
    say(`finetune-icl: interrupted; ${finished} of ${files.length} notebooks are done${kept}\n`);
    process.exit(exitCodeOf(signal));
  });
  const results = await mapInOrder(
    files,
    jobs,
    async (file) => {
      const result = await runNotebookFile(file, {
        outputs,
        timeoutMs,
        keepGoing: options.keepGoing ?? false,
        onCellDone: progress.step,
      });
      finished += 1;
      return result;
    },
    (result) => {
      if (result.status !== "ok" && !isRefused(result)) progress.log(describeResult(result));
    },
  ).finally(() => {
    progress.stop();
    forget();
  });
  answer(process.stdout.isTTY ? table(results) : `${JSON.stringify({ notebooks: results })}\n`);
  const bad = results.filter(({ status }) => status !== "ok").length;
  const refusals = results.filter(isRefused);
  if (bad > 0 && refusals.length === bad) throw new RefusedParameters(refusals.map(describeResult));
  for (const each of refusals) say(`${describeResult(each)}\n`);
  const notebooks = results.length === 1 ? "1 notebook" : `${results.length} notebooks`;
  if (bad > 0)
    throw new Error(
      `${bad} of ${notebooks} failed: see the messages above; ${bad === 1 ? "its file is" : "their files are"} as before`,
    );
  if (typeof outputs === "object") {
    say(
      `${notebooks}: all ran, their outputs are in ${outputs.folder}, the tables behind the figures in ${join(outputs.folder, "figures")}.\n`,
    );
    return;
  }
  const done = outputs === "check" ? "agree with their stored outputs" : "ran and hold their outputs";
  say(
    `${notebooks}: all ${done}.\nRead them in Jupyter, VS Code or any notebook viewer; the tables behind the figures are in data/figures/.\n`,
  );
}

/** Parameters outside what the notebooks are written for: a line for each notebook that refused. */
class RefusedParameters extends InputError {
  constructor(lines: readonly string[]) {
    super("--set", undefined, "what the notebook's parameters may hold");
    this.message = lines.join("\n");
  }
}

function isRefused(result: NotebookResult): boolean {
  return result.status === "failed" && result.refused;
}

/** Where outputs go. Other parameters than the course's own give other outputs: nothing to compare or to store there. */
function readOutputs({ check, set, out }: Options): RunFileOptions["outputs"] {
  if (check && set.length > 0)
    throw new InputError("--check", "--set", "either: the stored outputs belong to the stored parameters");
  if (check && out !== undefined) throw new InputError("--check", "--out", "either: a check saves nothing");
  if (set.length > 0 && out === undefined)
    throw new InputError("--out", undefined, "a folder for what a run with --set gives");
  if (out !== undefined) return { folder: readOutFolder(out) };
  return check ? "check" : "save";
}

function refuseOverwriting(files: readonly NotebookFile[], folder: string): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const target = resolve(folder, basename(path));
    if (realTarget(target) === realTarget(path))
      throw new InputError("--out", folder, "another folder than the notebook's own");
    if (seen.has(target))
      throw new InputError("files", [seen.get(target), path], "notebooks of different names for one --out");
    seen.set(target, path);
  }
}

async function withOverrides(
  files: readonly NotebookFile[],
  set: readonly string[],
): Promise<readonly NotebookFile[]> {
  if (set.length === 0) return files;
  const overrides = new Map(set.map(readAssignment));
  // The compiler that reads the cell takes a third of a second to load.
  const { overrideParameters } = await import("@finetune-icl/notebooks/runner");
  return files.map((file) => ({
    ...file,
    notebook: overrideParameters(file.notebook, overrides, file.path),
  }));
}

function readAssignment(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_$][\w$]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InputError("--set", text, "name=value");
  return [name, value];
}

function table(results: readonly NotebookResult[]): string {
  return results
    .map(
      ({ notebook, cells, status, seconds }) =>
        `${status.padEnd(9)} ${notebook}  ${cells} ${cells === 1 ? "cell" : "cells"}, ${seconds.toFixed(1)} s\n`,
    )
    .join("");
}

/** Each file once: two kernels must not save the same file. */
function unique(paths: readonly string[]): readonly string[] {
  return [...new Map(paths.map((path) => [resolve(path), path])).values()];
}

function readTslabNotebook(path: string): NotebookFile {
  const file = readNotebookFile(path);
  const { kernelspec } = file.notebook.metadata;
  if (isJsonObject(kernelspec) && kernelspec.name !== "tslab")
    throw new InputError(`${path}: metadata.kernelspec.name`, kernelspec.name, "tslab");
  return file;
}
