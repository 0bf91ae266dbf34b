import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../inputError";
import { onEnd } from "../notebook/cleanup";

/** Every page of the book says so. */
const MARK = '<meta name="generator" content="finetune-icl book">';

/** Refuses a folder whose content would be lost. @throws InputError when it holds something else than an earlier book. */
export function requireBookFolder(out: string): void {
  if (!existsSync(out)) return;
  let names: readonly string[];
  try {
    names = readdirSync(out);
  } catch {
    throw new InputError("--out", out, "a folder");
  }
  const index = join(out, "index.html");
  const isBook = existsSync(index) && readFileSync(index, "utf8").includes(MARK);
  if (names.length > 0 && !isBook) {
    throw new InputError("--out", out, "a new or empty folder, or one that holds an earlier book");
  }
}

/** Puts the files into the folder, whole or not at all: an earlier book stands until the new one is complete. */
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
