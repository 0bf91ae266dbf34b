import { fstatSync, readFileSync, readlinkSync } from "node:fs";
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
  if (isClosed()) {
    process.stdout.write = () => {
      throw new OutputError(new Error("it is closed"));
    };
    return;
  }
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

const NOWHERE = "/dev/null";
const SHELLS = ["ash", "bash", "busybox", "dash", "fish", "ksh", "mksh", "sh", "zsh"];

/**
 * Whether the shell closed standard output, `>&-`. Node then opens /dev/null in its place, and what is written there is lost. To read
 * and to write, as a shell's own `>/dev/null` is not; other programs open it so on purpose, which is why a shell must have started
 * this one, with an output of its own. Known on Linux alone.
 */
function isClosed(): boolean {
  try {
    if (readlinkSync("/proc/self/fd/1") !== NOWHERE) return false;
    const flags = Number.parseInt(
      /^flags:\s*(\d+)/m.exec(readFileSync("/proc/self/fdinfo/1", "utf8"))![1]!,
      8,
    );
    const parent = `/proc/${process.ppid}`;
    const isShell = SHELLS.includes(readFileSync(`${parent}/comm`, "utf8").trim());
    return (flags & 3) === 2 && isShell && readlinkSync(`${parent}/fd/1`) !== NOWHERE;
  } catch {
    return false;
  }
}

/** A file or a device that is no terminal, such as /dev/full. */
function isPlainFile(): boolean {
  const stats = fstatSync(1);
  return stats.isFile() || (stats.isCharacterDevice() && !process.stdout.isTTY);
}
