import { printableLines } from "@finetune-icl/base";

/** Lines for a person, on standard error. Names and messages from outside may hold what a terminal would obey. */
export function say(text: string): void {
  process.stderr.write(printableLines(text));
}

/** An answer on standard output; JSON stays the same value, for its texts may be written so. */
export function answer(text: string): void {
  process.stdout.write(printableLines(text));
}
