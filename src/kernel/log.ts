import { writeSync } from "node:fs";

/** A line for whoever reads the log of the program that started the kernel; from any thread, at once. */
export function log(text: string): void {
  try {
    writeSync(2, `kernel: ${text}\n`);
  } catch {
    // Nobody reads it.
  }
}
