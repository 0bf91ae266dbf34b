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
 * this one, with an output of its own, or npm, whose own output the shell closed, and the shell that npm starts. Known on Linux alone.
 */
function isClosed(): boolean {
  try {
    let id = "self";
    while (isNowhere(id)) {
      const parent = parentOf(id);
      if (!isNowhere(parent)) return isShell(parent) && readlinkSync(`/proc/${parent}/fd/1`) !== NOWHERE;
      id = parent;
    }
    return false;
  } catch {
    return false;
  }
}

/** Whether a process has /dev/null, opened to read and to write, as its standard output. */
function isNowhere(id: string): boolean {
  if (readlinkSync(`/proc/${id}/fd/1`) !== NOWHERE) return false;
  const [, flags] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/fdinfo/1`, "utf8"))!;
  return (Number.parseInt(flags!, 8) & 3) === 2;
}

const isShell = (id: string): boolean => SHELLS.includes(readFileSync(`/proc/${id}/comm`, "utf8").trim());

const parentOf = (id: string): string =>
  /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))![1]!;

/** A file or a device that is no terminal, such as /dev/full. */
function isPlainFile(): boolean {
  const stats = fstatSync(1);
  return stats.isFile() || (stats.isCharacterDevice() && !process.stdout.isTTY);
}
