import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isRunning, THIS_PROCESS, writerOf } from "./runningProcess";
import { makeFolder, realTarget, reasonOf, WriteError, writeFully } from "./wholeFile";

/** Another process works on the same files. */
export class LockedError extends Error {
  override readonly name = "LockedError";
}

/** Who holds a lock. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Which of all processes that ever have this number; early versions did not say. */
  readonly process?: string;
}

/**
 * Does some work while no other process that asks for the same file does its own. The lock is a file beside `path`, made in
 * one step by a hard link; it names its process, so that the lock of a process that was killed is taken over at once, without
 * waiting for it to grow old (which is why this is not proper-lockfile: its locks live by a timer, and exact training has no
 * time for timers).
 * @throws LockedError when a living process, or one of another machine, holds the lock, or what stands in its place is none.
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

/**
 * The same for a folder that files are written into, which is made where it is not there. Its lock is in it: whoever may write into a
 * folder need not be allowed to write beside it.
 * @throws LockedError, WriteError as {@link withLock} does.
 */
export async function withFolderLock<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  const isNew = !existsSync(folder);
  makeFolder(folder);
  try {
    const release = take(join(realTarget(folder), ".lock"), folder);
    try {
      return await work();
    } finally {
      release();
    }
  } finally {
    if (isNew) removeEmpty(folder);
  }
}

/** Work that was refused leaves no folder either. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something is in it.
  }
}

/**
 * The locks of this process. One thread alone takes locks: another would not find them here, and where there is no /proc it would take
 * those of its own process for dead.
 */
const held = new Set<string>();

/** Takes the lock, and returns what gives it back; the end of the process does, too. @throws LockedError */
export function lock(path: string): () => void {
  // The file itself, by whatever link it is called.
  const target = realTarget(path);
  makeFolder(dirname(target));
  return take(join(dirname(target), `.${basename(target)}.lock`), path);
}

function take(file: string, path: string): () => void {
  removeLeftovers(file);
  const draft = besideName(file);
  try {
    writeDraft(draft, file, { pid: process.pid, host: hostname(), process: THIS_PROCESS });
    while (!links(draft, file)) {
      const holder = holderOf(file, path);
      if (typeof holder === "object") throw refusal(path, file, holder);
      if (holder === "dead") takeAway(file, draft, path);
    }
    held.add(file);
  } finally {
    rmSync(draft, { force: true });
  }
  // A signal needs no listener here: the lock of a process that is gone counts for nothing.
  const release = (): void => {
    process.off("exit", release);
    if (held.has(file) && isMine(file)) rmSync(file, { force: true });
    held.delete(file);
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
const besideName = (file: string): string =>
  `${besidePrefix(file)}${THIS_PROCESS}-${randomBytes(4).toString("hex")}`;

/** What processes left beside the lock that were killed while they took it. */
function removeLeftovers(file: string): void {
  const prefix = basename(besidePrefix(file));
  for (const name of readdirSync(dirname(file))) {
    const writer = writerOf(name, prefix);
    if (writer !== undefined && !isRunning(writer)) rmSync(join(dirname(file), name), { force: true });
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

/** Who is in the lock and lives; or that there is no lock any more, or one that is dead or says nothing. @throws LockedError when it cannot be read */
function holderOf(file: string, path: string): Owner | "nobody" | "dead" {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "nobody";
    // A folder, or the lock of somebody else who lets nobody read it.
    throw new LockedError(
      `${path}: ${file} stands where its lock belongs, and cannot be read (${reasonOf(error)}): remove it if nobody is writing there, or name another place`,
    );
  }
  const owner = ownerIn(text);
  return owner !== undefined && mayLive(owner, file) ? owner : "dead";
}

function ownerIn(text: string): Owner | undefined {
  try {
    const { pid, host, process: mark } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof pid !== "number" || typeof host !== "string") return undefined;
    return { pid, host, ...(typeof mark === "string" && { process: mark }) };
  } catch {
    return undefined;
  }
}

function mayLive({ pid, host, process: mark }: Owner, file: string): boolean {
  return host !== hostname() || isRunning(mark ?? String(pid), held.has(file));
}

function isMine(file: string): boolean {
  try {
    return ownerIn(readFileSync(file, "utf8"))?.process === THIS_PROCESS;
  } catch {
    return false;
  }
}

/** So long a process waits for another one that takes the same dead lock away. */
const PAUSE_MS = 2;

/**
 * Removes a dead lock. Several processes may find it at once, and one of them could remove what the first one has put in its place: so only
 * the one that has the second lock looks again, and removes. The second is held for less than a millisecond; of a process that was killed in it,
 * it is removed like any.
 */
function takeAway(file: string, draft: string, path: string): void {
  const turn = `${file}-turn`;
  if (links(draft, turn)) {
    try {
      if (holderOf(file, path) === "dead") rmSync(file, { force: true });
    } finally {
      rmSync(turn, { force: true });
    }
    return;
  }
  if (holderOf(turn, path) === "dead") rmSync(turn, { force: true });
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}

function refusal(path: string, file: string, { pid, host }: Owner): LockedError {
  const where = host === hostname() ? "" : ` of ${host} (if it is gone, delete ${file})`;
  return new LockedError(
    `${path}: process ${pid}${where} is writing there: wait for its end, or name another place`,
  );
}
