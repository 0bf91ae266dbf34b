import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { InputError } from "../inputError";
import { isJsonObject } from "../notebook/json";
import { mapInOrder } from "../notebook/mapInOrder";
import { isExecutable } from "../notebook/nbformat";
import { notebooksDirectory } from "../notebook/packagePaths";
import { createProgress } from "../notebook/progress";
import { type NotebookFile, readNotebookFile } from "../notebook/readNotebook";
import { describeResult, type NotebookResult, runNotebookFile } from "../notebook/runNotebookFile";

interface Options {
  readonly check?: true;
  readonly timeout: string;
  readonly jobs?: string;
}

// A timer of Node holds at most 2^31 - 1 milliseconds.
const LONGEST_SECONDS = 2_147_483;

/** Adds `finetune-icl notebooks [FILE…]`: run notebooks on a tslab kernel each and save them, or check them. */
export function registerNotebooksCommand(program: Command): void {
  program
    .command("notebooks")
    .description("Run notebooks, each on a fresh tslab kernel, and save them with their outputs.")
    .argument("[files...]", "notebooks (default: those of the package, in the order of their names)")
    .option("--check", "compare with the stored outputs instead of saving")
    .option("--timeout <seconds>", "time limit for each cell", "300")
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
  const check = options.check ?? false;
  const files = (paths.length > 0 ? unique(paths) : courseNotebooks()).map(readTslabNotebook);
  const cells = files.flatMap((file) => file.notebook.cells.filter(isExecutable)).length;
  const progress = createProgress(cells, process.stderr);
  const results = await mapInOrder(
    files,
    jobs,
    (file) => runNotebookFile(file, { check, timeoutMs, onCellDone: progress.step }),
    (result) => {
      if (result.status !== "ok") progress.log(describeResult(result));
    },
  ).finally(progress.stop);
  process.stdout.write(process.stdout.isTTY ? table(results) : `${JSON.stringify({ notebooks: results })}\n`);
  const bad = results.filter(({ status }) => status !== "ok").length;
  const notebooks = results.length === 1 ? "1 notebook" : `${results.length} notebooks`;
  if (bad > 0)
    throw new Error(
      `${bad} of ${notebooks} failed: see the messages above; ${bad === 1 ? "its file is" : "their files are"} as before`,
    );
  const done = check ? "agree with their stored outputs" : "ran and hold their outputs";
  process.stderr.write(
    `${notebooks}: all ${done}.\nRead them in Jupyter, VS Code or any notebook viewer (docs/notebooks.md says how); the tables behind the figures are in data/figures/.\n`,
  );
}

function table(results: readonly NotebookResult[]): string {
  return results
    .map(
      ({ notebook, cells, status, seconds }) =>
        `${status.padEnd(9)} ${notebook}  ${cells} ${cells === 1 ? "cell" : "cells"}, ${seconds.toFixed(1)} s\n`,
    )
    .join("");
}

function courseNotebooks(): readonly string[] {
  const names = existsSync(notebooksDirectory) ? readdirSync(notebooksDirectory) : [];
  const files = names.filter((name) => name.endsWith(".ipynb")).sort();
  if (files.length === 0)
    throw new InputError(
      "notebooks",
      relative(process.cwd(), notebooksDirectory),
      "at least one .ipynb file",
    );
  return files.map((name) => relative(process.cwd(), join(notebooksDirectory, name)));
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

function readSeconds(text: string): number {
  const seconds = text.trim() === "" ? Number.NaN : Number(text);
  if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds;
  throw new InputError("--timeout", text, `a positive number of seconds, at most ${LONGEST_SECONDS}`);
}

function readJobs(text: string): number {
  const jobs = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new InputError("--jobs", text, "a positive integer");
}
