import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { InputError } from "@finetune-icl/base";
import { onEnd } from "./cleanup";
import { lock } from "./lock";
import { isRunning, THIS_PROCESS, writerOf } from "./runningProcess";
import { type Content, makeFolder, WriteError, writeAllWhole } from "./wholeFile";

/**
 * Refuses a folder whose content would be lost: it must be new or empty, or hold something of which `isOurs` says that it can be made again.
 * A folder that an interrupted replacement left without its name gets it back first.
 * @throws InputError naming `field` and what the folder may hold (`what`), or why it cannot be replaced where it stands.
 */
export function requireReplaceable(
  folder: string,
  { field, what, isOurs }: { readonly field: string; readonly what: string; readonly isOurs: () => boolean },
): void {
  const hindrance = hindranceTo(truePath(folder));
  if (hindrance !== undefined) throw new InputError(field, folder, `a folder elsewhere: ${hindrance}`);
  recover(folder);
  const names = namesIn(folder, field);
  if (names.length > 0 && !isOurs())
    throw new InputError(field, folder, `a new or empty folder, or one that holds ${what}`);
}

/** The names in a folder, none when it is not there. @throws InputError naming `field` when it is no folder. */
function namesIn(folder: string, field: string): readonly string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder);
  } catch {
    throw new InputError(field, folder, "a folder");
  }
}

/**
 * Puts the files into the folder, whole or not at all: what stood there stays until the new is complete on the disk. At every
 * moment one whole folder stands under the name, but for the moment between two renames; whoever is killed in it leaves the
 * old one beside, and the next call (or {@link requireReplaceable}) gives it its name back. `kept` are entries at the top of
 * the old folder that the new one takes over.
 * @throws WriteError when it cannot be done, the old folder as it was; {@link LockedError} while another process does it.
 */
export function replaceFolder(
  out: string,
  files: ReadonlyMap<string, Content>,
  kept: readonly string[] = [],
): void {
  const target = truePath(out);
  const hindrance = hindranceTo(target);
  if (hindrance !== undefined) throw new WriteError(out, new Error(hindrance));
  const unlock = lock(target);
  let beside: string | undefined;
  const forget = onEnd(() => {
    if (beside !== undefined) putAway(beside, target);
  });
  try {
    recover(target);
    beside = mkdtempSync(join(dirname(target), `${besidePrefix(target)}${THIS_PROCESS}-`));
    const [fresh, old] = [join(beside, "new"), join(beside, "old")];
    makeFolder(fresh);
    writeAllWhole([...files].map(([name, content]) => [join(fresh, name), content] as const));
    for (const name of kept) {
      cpSync(join(target, name), join(fresh, name), {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
    }
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
  } catch (error) {
    throw error instanceof WriteError ? error : new WriteError(out, error);
  } finally {
    forget();
    unlock();
  }
}

/** Why no other folder can take the place of this one, before anything is tried; undefined where it can. */
function hindranceTo(target: string): string | undefined {
  const parent = dirname(target);
  const there = existing(parent);
  try {
    accessSync(there, constants.W_OK);
  } catch {
    return `${there} cannot be written to, and the new folder is made there, whole, before it takes the name of the old one`;
  }
  // A disk that is mounted under the name keeps it.
  if (existsSync(target) && statSync(target).dev !== statSync(parent).dev)
    return "a disk is mounted there, and no other folder can take its name; name one in it";
  return undefined;
}

/** The path itself or what of it is there. */
const existing = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : existing(dirname(path));

const besidePrefix = (target: string): string => `.${basename(target)}.replacing-`;

/** Gives folders back their names that killed processes left beside the target, and removes what is left of them. */
function recover(folder: string): void {
  const target = truePath(folder);
  if (!existsSync(dirname(target))) return;
  const prefix = besidePrefix(target);
  for (const name of readdirSync(dirname(target))) {
    const writer = writerOf(name, prefix);
    if (writer !== undefined && !isRunning(writer)) putAway(join(dirname(target), name), target);
  }
}

/** Ends a replacement wherever it stopped: the old folder goes back when nothing stands in its place, and the rest goes. */
function putAway(beside: string, target: string): void {
  const old = join(beside, "old");
  if (existsSync(old) && !existsSync(target)) renameSync(old, target);
  rmSync(beside, { recursive: true, force: true });
}

/** The folder itself, where the path leads over links. */
function truePath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** What a program wrote into a folder: file to hash. */
export type Manifest = Readonly<Record<string, string>>;

/** The manifest of some files. */
export const manifestOf = (files: ReadonlyMap<string, Content>): Manifest =>
  Object.fromEntries([...files].map(([name, content]) => [name, hashOf(content)]));

const hashOf = (content: Content): string => createHash("sha256").update(content).digest("hex");

/** What stands in a folder, measured by its manifest: paths from the folder, with slashes. */
export interface Strangers {
  /** Files that the manifest does not name. */
  readonly foreign: readonly string[];
  /** Files that no longer hold what was written. */
  readonly changed: readonly string[];
}

/** Compares a folder with the manifest of what was written into it, entries at its top of some names left out. */
export function strangersIn(folder: string, manifest: Manifest, ignored: ReadonlySet<string>): Strangers {
  const there = filesBelow(folder, ignored).map((path) => relative(folder, path).split(sep).join("/"));
  const known = there.filter((name) => Object.hasOwn(manifest, name));
  return {
    foreign: there.filter((name) => !Object.hasOwn(manifest, name)),
    changed: known.filter((name) => {
      const path = join(folder, name);
      return (
        !statSync(path, { throwIfNoEntry: false })?.isFile() || hashOf(readFileSync(path)) !== manifest[name]
      );
    }),
  };
}

/** Every file below a folder; links are files. */
function filesBelow(folder: string, ignored: ReadonlySet<string> = new Set()): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !ignored.has(name))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return lstatSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}
