import { randomBytes } from "node:crypto";
import { closeSync, linkSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isRunning } from "./runningProcess";
import { makeFolder, realTarget, WriteError, writeFully } from "./wholeFile";

/** Another process works on the same files. */
export class LockedError extends Error {
  override readonly name = "LockedError";
}

/** Who holds a lock. */
interface Owner {
  readonly pid: number;
  readonly host: string;
}

/**
 * Does some work while no other process that asks for the same path does its own. The lock is a file beside `path`, made in
 * one step by a hard link; it names its process, so that the lock of a process that was killed is taken over at once, without
 * waiting for it to grow old (which is why this is not proper-lockfile: its locks live by a timer, and exact training has no
 * time for timers).
 * @throws LockedError when a living process, or one of another machine, holds the lock.
 * @throws WriteError when the lock cannot be made.
 */
export async function withLock<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  const release = lock(path);
  try {
    return await work();
  } finally {
    release();
  }
}

/** Takes the lock, and returns what gives it back; the end of the process does, too. @throws LockedError */
export function lock(path: string): () => void {
  // The file itself, by whatever link it is called.
  const target = realTarget(path);
  const file = join(dirname(target), `.${basename(target)}.lock`);
  makeFolder(dirname(target));
  removeLeftovers(file);
  const mine: Owner = { pid: process.pid, host: hostname() };
  const draft = `${besidePrefix(file)}${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    writeDraft(draft, file, mine);
    for (;;) {
      if (links(draft, file)) break;
      const owner = ownerOf(file);
      if (owner !== undefined && mayLive(owner)) throw refusal(path, file, owner);
      takeAway(file, owner);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  // A signal needs no listener here: the lock of a process that is gone counts for nothing.
  const release = (): void => {
    process.off("exit", release);
    if (ownerOf(file)?.pid === mine.pid) rmSync(file, { force: true });
  };
  process.on("exit", release);
  return release;
}

/** @throws WriteError naming the lock, on a full disk for instance. */
function writeDraft(draft: string, file: string, owner: Owner): void {
  try {
    const opened = openSync(draft, "wx");
    try {
      writeFully(opened, JSON.stringify(owner));
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    throw new WriteError(file, error);
  }
}

/** Of this machine: processes of others are not known here. */
const besidePrefix = (file: string): string => `${file}-${hostname().replace(/[^\w.-]/g, "_")}-`;

/** What processes left beside the lock that were killed while they took it. */
function removeLeftovers(file: string): void {
  const prefix = basename(besidePrefix(file));
  for (const name of readdirSync(dirname(file))) {
    if (name.startsWith(prefix) && !isRunning(Number.parseInt(name.slice(prefix.length), 10)))
      rmSync(join(dirname(file), name), { force: true });
  }
}

function links(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new WriteError(file, error);
  }
}

/** Undefined when there is no lock any more, or one that says nothing. */
function ownerOf(file: string): Owner | undefined {
  try {
    const { pid, host } = JSON.parse(readFileSync(file, "utf8")) as Owner;
    return { pid, host };
  } catch {
    return undefined;
  }
}

const mayLive = ({ pid, host }: Owner): boolean => host !== hostname() || isRunning(pid);

/** Two processes may find the same dead lock: the one whose rename succeeds looks again at what it took. */
function takeAway(file: string, dead: Owner | undefined): void {
  const aside = `${besidePrefix(file)}${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = ownerOf(aside);
  if (taken !== undefined && taken.pid !== dead?.pid && mayLive(taken)) links(aside, file);
  rmSync(aside, { force: true });
}

function refusal(path: string, file: string, { pid, host }: Owner): LockedError {
  const where = host === hostname() ? "" : ` of ${host} (if it is gone, delete ${file})`;
  return new LockedError(
    `${path}: process ${pid}${where} is writing there: wait for its end, or name another place`,
  );
}
