import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explorableElement, explorablePage, EXPLORABLES, LEDGER_FILE, ledgerPage, readLedger, readReference, readRooms, referencePages } from "@finetune-icl/site";
import { InputError } from "@finetune-icl/base";
import { replaceFolder } from "@finetune-icl/files";
import { copies, scripts } from "./assets";
import { BIBLIOGRAPHY_FILE, bibliographyPage, citations, readBibliography } from "./bibliography";
import type { CrossReference } from "./crossReferences";
import { docPage, docPageFile } from "./docPage";
import { requireBookFolder } from "./folder";
import { framedPage } from "./frame";
import { frontPage } from "./frontPage";
import type { MarkdownOptions } from "./markdown";
import { notebookPage, notebookPageFile } from "./notebookPage";
import { Pictures } from "./pictures";
import { searchScript } from "./searchIndex";
import { SiteLinks } from "./siteLinks";
import { readSources, type Sources } from "./sources";

export const BOOK_TITLE = "Fine-tuning and in-context learning";

export interface BookReport {
  readonly folder: string;
  readonly pages: readonly { readonly file: string; readonly title: string; readonly bytes: number }[];
  readonly files: number;
  readonly seconds: number;
}

export interface BookOptions {
  /** The ledger of claims; its page is left out when there is no such file. */
  readonly ledgerFile?: string;
  /** Whether the reference of the modules is made, which takes some seconds; true unless told. */
  readonly reference?: boolean;
}

/**
 * Builds the site into `out` from the package in `root`: notebooks, docs, bibliography, search, scripts and styles.
 * @throws InputError when `out` holds something else than an earlier book, or a source is not what it should be.
 */
export async function buildBook(
  root: string,
  out: string,
  { ledgerFile = join(root, "data", "ledger", "ledger.json"), reference = true }: BookOptions = {},
): Promise<BookReport> {
  const started = performance.now();
  requireBookFolder(out);
  const sources = readSources(root);
  const pictures = new Pictures();
  const claims = readLedger(ledgerFile);
  const ledgerAddress = claims.length === 0 ? [] : [["data/ledger/README.md", LEDGER_FILE] as const];
  const links = new SiteLinks(root, new Map([...pageAddresses(sources), ...ledgerAddress]));
  const works = readBibliography(join(root, "data", "bibliography.json"));
  const references = [...citations(works), ...notebookReferences(sources)];
  const bundled = scripts();

  const optionsFor = (path: string): MarkdownOptions => ({
    references,
    resolveLink: (href) => links.resolve(path, href),
  });
  const tableAddress = (name: string) => {
    const path = `data/figures/${name}.csv`;
    return name !== "" && existsSync(join(root, path)) ? links.download(path) : undefined;
  };
  const course = sources.notebooks.map((source) =>
    notebookPage(source, {
      ...optionsFor(source.path),
      // A notebook does not refer to itself.
      references: references.filter(({ href }) => href !== notebookPageFile(source.path)),
      pictures,
      tableAddress,
      download: links.download(source.path),
    }),
  );
  const guides = sources.docs.map((source) => docPage(source, optionsFor(source.path)));
  const live = await Promise.all(
    EXPLORABLES.map(async (explorable) => {
      const element = await explorableElement(explorable, pictures);
      return { element, page: explorablePage(explorable, element, optionsFor(`docs/${explorable.id}`)) };
    }),
  );
  const evidence = claims.length === 0 ? [] : [ledgerPage(claims, optionsFor("data/ledger/ledger.json"))];
  const inside = [...course, ...live.map(({ page }) => page), ...evidence, ...guides];
  const rooms = readRooms(readFileSync(join(root, "README.md"), "utf8"));
  const api = reference ? referencePages(await readReference(root), rooms, optionsFor("src/index.ts")) : [];
  const body = [...inside, bibliographyPage(works, [...inside, ...api]), ...api];
  const pages = [frontPage(BOOK_TITLE, body, live[0]!.element), ...body];

  const twice = pages.find(({ file }, i) => pages.findIndex((page) => page.file === file) < i);
  if (twice !== undefined) throw new InputError("docs", twice.file, "a page of its own for every source");

  const site = { title: BOOK_TITLE, version: sources.version, pages };
  const framed = pages.map((page) => [page.file, framedPage(page, site)] as const);
  const files = new Map<string, string | Uint8Array>([
    ...framed,
    ...pictures.files,
    ...links.files.map((path) => [`files/${path}`, readFileSync(join(root, path))] as const),
    ...copies(),
    ...(await bundled),
    ["assets/search-index.js", searchScript(pages)],
  ]);
  replaceFolder(out, files);
  return {
    folder: out,
    pages: framed.map(([file, html], i) => ({
      file,
      title: pages[i]!.title,
      bytes: Buffer.byteLength(html),
    })),
    files: files.size,
    seconds: (performance.now() - started) / 1000,
  };
}

function pageAddresses({ notebooks, docs }: Sources): ReadonlyMap<string, string> {
  return new Map([
    ...notebooks.map(({ path }) => [path, notebookPageFile(path)] as const),
    ...docs.map(({ path }) => [path, docPageFile(path)] as const),
    ["README.md", "index.html"],
    ["data/bibliography.json", BIBLIOGRAPHY_FILE],
    ["notebooks", "index.html"],
  ]);
}

/** "notebook 2" in running text leads to the notebook whose name starts with 02. */
function notebookReferences({ notebooks }: Sources): readonly CrossReference[] {
  return notebooks.flatMap(({ path }) => {
    const file = notebookPageFile(path);
    const number = /^0*(\d+)-/.exec(file)?.[1];
    return number === undefined ? [] : [{ pattern: new RegExp(`\\bnotebook ${number}\\b`, "i"), href: file }];
  });
}
