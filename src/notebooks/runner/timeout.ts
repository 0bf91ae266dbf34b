import { InputError } from "@finetune-icl/base";

/** The longest time that a timer of Node waits: a longer one would ring at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** That a limit of time is one. @throws InputError naming `timeoutMs`. */
export function requireTimeout(timeoutMs: number): void {
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_MS))
    throw new InputError("timeoutMs", timeoutMs, `milliseconds above 0, ${LONGEST_MS} at most`);
}
