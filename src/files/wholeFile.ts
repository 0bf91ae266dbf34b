import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "@finetune-icl/base";
import { isRunning, THIS_PROCESS, writerOf } from "./runningProcess";

/** What a file is to hold. */
export type Content = string | Uint8Array;

/** A text that need not be in memory as a whole. */
export type Pieces = Iterable<string>;

/** A file that could not be written; what stood under its name still stands there. */
export class WriteError extends Error {
  override readonly name = "WriteError";

  constructor(
    readonly path: string,
    override readonly cause: unknown,
  ) {
    super(`${path}: not written (${reasonOf(cause)}); what was there before is untouched`);
  }
}

/**
 * Writes a file whole or not at all: into a file beside it, byte by byte to the end, synced, and then renamed over the old
 * one, whose mode and owner stay. Links are followed. Folders on the way are made.
 * @throws WriteError when any step fails, a disk that takes only a part included; the old file is as it was then.
 */
export function writeWhole(path: string, content: Content | Pieces): void {
  writeAllWhole([[path, content]]);
}

/**
 * Writes several files: all of them are complete on the disk before the first one takes its place, so that a full disk
 * leaves all the old ones.
 * @throws WriteError as {@link writeWhole} does.
 */
export function writeAllWhole(files: Iterable<readonly [path: string, content: Content | Pieces]>): void {
  const staged: Staged[] = [];
  let at = "";
  try {
    for (const [path, content] of files) {
      at = path;
      staged.push(stage(path, content));
    }
    for (const file of staged) {
      at = file.target;
      fs.renameSync(file.temporary, file.target);
    }
  } catch (error) {
    for (const { temporary } of staged) fs.rmSync(temporary, { force: true });
    throw error instanceof InputError ? error : new WriteError(at, error);
  }
  for (const folder of new Set(staged.map(({ target }) => dirname(target)))) syncFolder(folder);
}

/** Makes a folder that is there even after the power fails. */
export function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new WriteError(path, error);
  }
}

/** Writes all bytes to an open file: a disk may take a part of them, and says that it is full only when asked again. */
export function writeFully(file: number, content: Content | Pieces): void {
  if (typeof content !== "string" && !(content instanceof Uint8Array)) {
    for (const piece of content) writeFully(file, piece);
    return;
  }
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  for (let done = 0; done < bytes.length; ) {
    const written = fs.writeSync(file, bytes, done, bytes.length - done, null);
    if (written === 0) throw new Error("the disk takes no more bytes");
    done += written;
  }
}

/** Why the system refused, in words where there are some. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : REASONS[code];
  return words === undefined ? (message ?? String(error)) : `${words}, ${code}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of disk space is used up",
  EFBIG: "the file is larger than the system allows",
  EACCES: "no permission",
  EPERM: "not permitted",
  EROFS: "the disk cannot be written to",
  EIO: "the disk failed",
  EBUSY: "it is in use",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENAMETOOLONG: "the name is too long",
  EPIPE: "its reader is gone",
};

/**
 * As {@link writeWhole}, but this thread does other things between two pieces, such as to hear a signal.
 * @returns whether it was written: as soon as `isGivenUp` says so it is left, the old file as it was.
 * @throws WriteError as {@link writeWhole} does.
 */
export async function writeWholeUnless(
  path: string,
  pieces: Pieces,
  isGivenUp: () => boolean,
): Promise<boolean> {
  let opened: Opened | undefined;
  let isWritten = false;
  try {
    opened = openBeside(path);
    try {
      for (const piece of pieces) {
        writeFully(opened.file, piece);
        await new Promise(setImmediate);
        if (isGivenUp()) return false;
      }
      takeOverOwner(opened);
      await new Promise<void>((done, fail) =>
        fs.fsync(opened!.file, (error) => (error ? fail(error) : done())),
      );
    } finally {
      fs.closeSync(opened.file);
    }
    if (isGivenUp()) return false;
    fs.renameSync(opened.temporary, opened.target);
    isWritten = true;
  } catch (error) {
    throw error instanceof InputError ? error : new WriteError(path, error);
  } finally {
    if (opened !== undefined && !isWritten) fs.rmSync(opened.temporary, { force: true });
  }
  syncFolder(dirname(opened.target));
  return true;
}

interface Staged {
  readonly temporary: string;
  readonly target: string;
}

/** A file that is being written beside its target, which was there before or not. */
interface Opened extends Staged {
  readonly file: number;
  readonly before: fs.Stats | undefined;
}

function stage(path: string, content: Content | Pieces): Staged {
  const opened = openBeside(path);
  const { file, temporary } = opened;
  try {
    try {
      writeFully(file, content);
      takeOverOwner(opened);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  return opened;
}

function openBeside(path: string): Opened {
  const target = realTarget(path);
  const before = fs.statSync(target, { throwIfNoEntry: false });
  // Renaming would put a file in the place of the device.
  if (before !== undefined && !before.isFile()) throw new InputError("file", path, "a file, or a new name");
  fs.mkdirSync(dirname(target), { recursive: true });
  removeLeftovers(target);
  const temporary = join(
    dirname(target),
    `${prefixOf(target)}${THIS_PROCESS}-${randomBytes(4).toString("hex")}`,
  );
  return { temporary, target, before, file: fs.openSync(temporary, "wx", before?.mode ?? 0o666) };
}

/** The file itself, where the path leads over links. */
export function realTarget(path: string, links = 0): string {
  try {
    return fs.realpathSync(path);
  } catch {
    const target = linkTarget(path);
    if (target === undefined) return resolve(path);
    if (links === MOST_LINKS)
      throw new InputError("file", path, "a file, or a new name, no link that leads back to itself");
    return realTarget(target, links + 1);
  }
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Where a link leads, also one that leads to nothing yet. */
function linkTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), fs.readlinkSync(path));
  } catch {
    return undefined;
  }
}

function takeOverOwner({ file, before }: Opened): void {
  if (before === undefined) return;
  try {
    fs.fchownSync(file, before.uid, before.gid);
  } catch {
    // Only the superuser may give files away; then it is the writer's, as any new file.
  }
  fs.fchmodSync(file, before.mode);
}

/** Without this the rename itself may be lost with the power. Some systems cannot do it, and need not. */
function syncFolder(folder: string): void {
  try {
    const opened = fs.openSync(folder, "r");
    try {
      fs.fsyncSync(opened);
    } finally {
      fs.closeSync(opened);
    }
  } catch {
    // Windows opens no folders.
  }
}

/** Other machines may write into the same folder: their processes are not known here. */
const MACHINE = hostname().replace(/[^\w.-]/g, "_");
const prefixOf = (target: string): string => `.${basename(target)}.writing-${MACHINE}-`;
const cleaned = new Set<string>();

/** Removes what a process left beside the file when it was killed while it wrote; once a file is enough. */
function removeLeftovers(target: string): void {
  if (cleaned.has(target)) return;
  cleaned.add(target);
  const prefix = prefixOf(target);
  for (const name of fs.readdirSync(dirname(target))) {
    const writer = writerOf(name, prefix);
    if (writer !== undefined && !isRunning(writer)) fs.rmSync(join(dirname(target), name), { force: true });
  }
}
