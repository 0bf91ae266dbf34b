import { existsSync, statSync } from "node:fs";
import { isAbsolute, join, posix } from "node:path";
import { LIVE_GUIDE, liveAddress, readLiveLink } from "./liveLink";

/** Folders of the package whose files a reader may download from the book. */
const DOWNLOADS = ["data", "notebooks"];

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
    const target = posix.normalize(posix.join(posix.dirname(from), decodeURI(path)));
    if (target === LIVE_GUIDE && fragment !== undefined) return liveAddress(readLiveLink(fragment));
    const page = this.pages.get(target.replace(/\/$/, ""));
    if (page !== undefined) return `${page}${suffix}`;
    const isFile = existsSync(join(this.root, target)) && statSync(join(this.root, target)).isFile();
    return isFile && DOWNLOADS.includes(target.split("/")[0]!) ? this.download(target) : undefined;
  }
}
