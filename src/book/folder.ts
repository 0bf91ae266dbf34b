import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, isJsonObject } from "@finetune-icl/base";
import {
  type Content,
  type Manifest,
  manifestOf,
  readInputText,
  replaceFolder,
  requireReplaceable,
  strangersIn,
} from "@finetune-icl/files";
import { generatorMark } from "./frame";

/** What the book wrote into the folder, by which it is known again. */
export const BOOK_MANIFEST = "book-files.json";

/** What hosting a site needs beside its pages: it stays. */
export const HOSTING_FILES: readonly string[] = [
  ".git",
  ".gitattributes",
  ".gitignore",
  ".github",
  ".nojekyll",
  ".well-known",
  "CNAME",
  "_headers",
  "_redirects",
  "netlify.toml",
  "robots.txt",
  "vercel.json",
];

/**
 * Refuses a folder whose content would be lost: what stands in it must be what an earlier book wrote, or what hosting needs.
 * @throws InputError naming a file that is neither.
 */
export function requireBookFolder(out: string, generator: string): void {
  requireReplaceable(out, {
    field: "--out",
    what: "an earlier book and what hosting needs",
    isOurs: () => {
      const manifest = readManifest(out) ?? beforeManifests(out, generatorMark(generator));
      if (manifest === undefined) return readdirSync(out).every((name) => HOSTING_FILES.includes(name));
      const { foreign, changed } = strangersIn(out, manifest, new Set([BOOK_MANIFEST, ...HOSTING_FILES]));
      const [first] = [...foreign, ...changed];
      if (first !== undefined)
        throw new InputError(
          "--out",
          join(out, first),
          `nothing but what an earlier book wrote, and ${HOSTING_FILES.join(", ")}: ${foreign.length} files are no part of the book, ${changed.length} were changed`,
        );
      return true;
    },
  });
}

/** Puts the book into the folder, with a list of what was written. */
export function writeBook(out: string, files: ReadonlyMap<string, Content>, generator: string): void {
  const manifest = `${JSON.stringify({ [generator]: 1, files: manifestOf(files) }, null, 1)}\n`;
  const kept = existsSync(out) ? readdirSync(out).filter((name) => HOSTING_FILES.includes(name)) : [];
  replaceFolder(out, new Map([...files, [BOOK_MANIFEST, manifest]]), kept);
}

function readManifest(out: string): Manifest | undefined {
  try {
    const { files } = JSON.parse(
      readInputText(join(out, BOOK_MANIFEST), { field: "--out", allowed: "a list" }),
    ) as { files: unknown };
    return isJsonObject(files) ? (files as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** Books of version 0.1 had no list: pages are known by their mark, and all else stood in four folders. */
function beforeManifests(out: string, mark: string): Manifest | undefined {
  const index = join(out, "index.html");
  if (!lstatSync(index, { throwIfNoEntry: false })?.isFile() || !readFileSync(index, "utf8").includes(mark))
    return undefined;
  const ours = new Map<string, Content>();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(join(out).length + 1).replaceAll("\\", "/");
    if (!entry.isFile()) continue;
    const content = readFileSync(path);
    if (/^(?:assets|files|pictures)\//.test(name) || (name.endsWith(".html") && content.includes(mark)))
      ours.set(name, content);
  }
  return manifestOf(ours);
}
