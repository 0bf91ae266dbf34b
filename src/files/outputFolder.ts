import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "@finetune-icl/base";
import { onEnd } from "./cleanup";

/**
 * Refuses a folder whose content would be lost: it must be new or empty, or hold something of which `isOurs` says that it can be made again.
 * @throws InputError naming `field` and what the folder may hold (`what`).
 */
export function requireReplaceable(
  folder: string,
  { field, what, isOurs }: { readonly field: string; readonly what: string; readonly isOurs: () => boolean },
): void {
  if (!existsSync(folder)) return;
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw new InputError(field, folder, "a folder");
  }
  if (names.length > 0 && !isOurs())
    throw new InputError(field, folder, `a new or empty folder, or one that holds ${what}`);
}

/** Puts the files into the folder, whole or not at all: what stood there stays until the new is complete. */
export function replaceFolder(out: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const target = resolve(out);
  mkdirSync(dirname(target), { recursive: true });
  const beside = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  const clean = onEnd(() => rmSync(beside, { recursive: true, force: true }));
  try {
    const fresh = join(beside, "new");
    for (const [name, content] of files) {
      mkdirSync(dirname(join(fresh, name)), { recursive: true });
      writeFileSync(join(fresh, name), content);
    }
    if (existsSync(target)) renameSync(target, join(beside, "old"));
    renameSync(fresh, target);
  } finally {
    clean();
  }
}
