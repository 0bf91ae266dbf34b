import { availableParallelism } from "node:os";
import { InputError } from "@finetune-icl/base";

/** A whole number from the command line. @throws InputError naming the option and what was typed. */
export function readNumberOption(text: string, name: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new InputError(name, text, `a whole number, ${least} or more`);
  }
  return value;
}

/** Every thread has a heap of its own. */
const MOST_WORKERS = 512;

function readJobsOption(jobs: string): number {
  const workers = readNumberOption(jobs, "--jobs", 1);
  if (workers > MOST_WORKERS)
    throw new InputError("--jobs", jobs, `a whole number from 1 to ${MOST_WORKERS}`);
  return workers;
}

/** How many worker threads: what `--jobs` says, or one a core. */
export function readWorkers(jobs: string | undefined): number {
  return jobs === undefined ? availableParallelism() : readJobsOption(jobs);
}
