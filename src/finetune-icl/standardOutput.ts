import { fstatSync } from "node:fs";
import { reasonOf, writeFully } from "@finetune-icl/files";

/** Standard output did not take everything: its reader is gone, or it is a file on a full disk. */
export class OutputError extends Error {
  override readonly name = "OutputError";

  constructor(override readonly cause: unknown) {
    super(`standard output: not written to the end (${reasonOf(cause)})`);
  }
}

/**
 * From now on nothing printed is lost silently. A file gets every byte, or `process.stdout.write` throws an
 * {@link OutputError}: Node's own stream writes once and forgets what a full disk did not take. What a pipe or terminal
 * refuses is known later and goes to `onFailure`. What standard error refuses, nobody can be told.
 */
export function guardStandardOutput(onFailure: (error: OutputError) => void): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error) => onFailure(new OutputError(error)));
  if (!isPlainFile()) return;
  process.stdout.write = (content: string | Uint8Array, ...others: readonly unknown[]): boolean => {
    try {
      writeFully(1, content);
    } catch (error) {
      throw new OutputError(error);
    }
    const done = others.find((other) => typeof other === "function") as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
}

/** A file or a device that is no terminal, such as /dev/full. */
function isPlainFile(): boolean {
  const stats = fstatSync(1);
  return stats.isFile() || (stats.isCharacterDevice() && !process.stdout.isTTY);
}
