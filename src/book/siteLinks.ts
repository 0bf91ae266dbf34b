import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, posix, sep } from "node:path";

/** Folders of the package whose files a reader may download from the book. */
const DOWNLOADS = ["data", "notebooks"];

/** The address in the book for a link to the file `target` of the project; undefined when the link is like any other. */
export type SpecialLink = (target: string, fragment: string | undefined) => string | undefined;
/** A file of the package: a link that leads out of it, to a file of the machine, is none. */
export function isFileInside(root: string, path: string): boolean {
  const file = join(root, path);
  return (
    existsSync(file) &&
    statSync(file).isFile() &&
    realpathSync(file).startsWith(`${realpathSync(root)}${sep}`)
  );
}

/** What a percent sign that encodes nothing stands for is the sign itself. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Files in which a browser runs what they hold. */
const RUNS_BY_ITSELF = /\.(?:svgz?|x?html?|xml|m?js)$/i;

/**
 * Where the links of the sources lead in the book: to the page made from the linked file, or to a copy of the file.
 * Remembers the copies that are needed.
 */
export class SiteLinks {
  private readonly copies = new Set<string>();

  /** `pages`: file of the package → page of the book, such as `docs/theory.md` → `theory.html`. */
  constructor(
    private readonly root: string,
    private readonly pages: ReadonlyMap<string, string>,
    private readonly special: SpecialLink = () => undefined,
  ) {}

  /** Files of the package to be copied into the book, by their path in the package. */
  get files(): readonly string[] {
    return [...this.copies].sort();
  }

  /** The address of a file's copy. */
  download(path: string): string {
    this.copies.add(path);
    return `files/${path}`;
  }

  /** The address in the book for a link that stands in the file `from`; undefined when it leads to no place in the book. */
  resolve(from: string, href: string): string | undefined {
    if (/^(?:https?|mailto):/.test(href) || href.startsWith("#")) return href;
    if (/^[a-z][a-z+.-]*:/i.test(href) || isAbsolute(href)) return undefined;
    const [path = "", fragment] = href.split("#", 2);
    const suffix = fragment === undefined ? "" : `#${fragment}`;
    // Links of the book to its own pages stand in generated text.
    if ([...this.pages.values()].includes(path)) return `${path}${suffix}`;
    const target = posix.normalize(posix.join(posix.dirname(from), decoded(path)));
    const special = this.special(target, fragment);
    if (special !== undefined) return special;
    const page = this.pages.get(target.replace(/\/$/, ""));
    if (page !== undefined) return `${page}${suffix}`;
    // A drawing or a page with a script in it would run it when it is opened by itself, where no policy of the book reaches.
    if (RUNS_BY_ITSELF.test(target)) return undefined;
    return isFileInside(this.root, target) && DOWNLOADS.includes(target.split("/")[0]!)
      ? this.download(target)
      : undefined;
  }
}
