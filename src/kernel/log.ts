import { writeSync } from "node:fs";

// As it is when the kernel starts: what cells write by it is their output.
const write = writeSync;

/** A line for whoever reads the log of the program that started the kernel; from any thread, at once. */
export function log(text: string): void {
  try {
    write(2, `kernel: ${text}\n`);
  } catch {
    // Nobody reads it.
  }
}
