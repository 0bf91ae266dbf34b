import { InputError } from "@finetune-icl/base";

// A timer of Node holds at most 2^31 - 1 milliseconds.
const LONGEST_SECONDS = 2_147_483;

/** The time limit of a cell. @throws InputError */
export function readSeconds(text: string): number {
  const seconds = text.trim() === "" ? Number.NaN : Number(text);
  if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds;
  throw new InputError("--timeout", text, `a positive number of seconds, at most ${LONGEST_SECONDS}`);
}

/** How many kernels run at the same time. @throws InputError */
export function readJobs(text: string): number {
  const jobs = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new InputError("--jobs", text, "a positive integer");
}
