import { readFileSync } from "node:fs";
import { InputError } from "@finetune-icl/base";

/** Reads and parses a JSON file, or standard input for `-`. @throws InputError when it cannot be read or is not JSON. */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8");
  } catch {
    throw new InputError("FILE", path, "a file that can be read, or - for standard input");
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(
      "FILE",
      text.trim(),
      `JSON (${error instanceof Error ? error.message : "unreadable"})`,
    );
  }
}

/** Prints a result on standard output, numbers with full precision. */
export function printJson(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
