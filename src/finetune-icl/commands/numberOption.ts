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

/** How many worker threads: what `--jobs` says, or one a core. */
export function readWorkers(jobs: string | undefined): number {
  return jobs === undefined ? availableParallelism() : readNumberOption(jobs, "--jobs", 1);
}
