import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import { bundled, copies, FORMULA_STYLE, type PageScript, SHARED_SCRIPTS } from "./assets";
import { BIBLIOGRAPHY_FILE, bibliographyPage, citations, readBibliography } from "./bibliography";
import { requireBrowser, writeBookPdf } from "./bookPdf";
import { compacted } from "./compact";
import type { CrossReference } from "./crossReferences";
import { docPage, docPageFile } from "./docPage";
import { requireBookFolder, writeBook } from "./folder";
import { framedPage } from "./frame";
import { type Front, frontPage } from "./frontPage";
import type { MarkdownOptions } from "./markdown";
import { type NotebookSource, notebookPage, notebookPageFile } from "./notebookPage";
import type { Page } from "./page";
import { Pictures } from "./pictures";
import { searchScript } from "./searchIndex";
import { isFileInside, SiteLinks, type SpecialLink } from "./siteLinks";
import { readSources, type Sources } from "./sources";

/** What was built. */
export interface BookReport {
  readonly folder: string;
  readonly pages: readonly { readonly file: string; readonly title: string; readonly bytes: number }[];
  readonly files: number;
  /** The PDF of the whole book, when one was asked for. */
  readonly pdf?: string;
  /** For the site; printing comes after that. */
  readonly seconds: number;
}

/** What a project's own pages are made with. */
export interface Workshop {
  /** How the Markdown of the source at `path` becomes HTML: its links, its references. */
  readonly markdown: (path: string) => MarkdownOptions;
  readonly pictures: Pictures;
}

/** Things that replace paragraphs: pages are rendered at once, such things made in their own time. */
export interface InText {
  /** The place for what a paragraph links to; undefined when that is nothing of this kind. `href` is an address in the book. */
  readonly placeholder: (href: string, words: string) => string | undefined;
  /** The page with everything in its place. */
  readonly fill: (page: Page, pictures: Pictures) => Promise<Page>;
}

/** What a project adds to the pages of its notebooks and documents. */
export interface OwnPages {
  readonly front: Front;
  readonly pages: readonly Page[];
}

/** How the book of one project differs from that of another. */
export interface BookOptions {
  /** What made the book, as its pages and its list of files say; an earlier book is known by it. "book" unless told. */
  readonly generator?: string;
  /** Files of the project that one of its own pages shows: path → page. Links to them lead there. */
  readonly addresses?: ReadonlyMap<string, string>;
  readonly scripts?: readonly PageScript[];
  /** Where a link to a file of the project leads that means something to this project alone. */
  readonly specialLink?: SpecialLink;
  /** What stands in the text in place of a paragraph that is nothing but a link to it. */
  readonly inText?: InText;
  /** Words that a section's text is also found by. */
  readonly alsoCalled?: (text: string) => string;
  /** Other versions of the notebooks that the pages are made from and that readers download, by the notebooks' paths. */
  readonly edition?: ReadonlyMap<string, NotebookSource & { readonly text: string }>;
  /** What makes the notebooks run in their pages. */
  readonly running?: {
    /** Scripts of the pages. */
    readonly scripts: readonly string[];
    /** Files below the book's folder that those scripts load. */
    readonly files: (
      notebooks: readonly NotebookSource[],
    ) => Promise<ReadonlyMap<string, string | Uint8Array>>;
  };
  /** A file that the whole book is printed into as one PDF, by a browser of this machine. */
  readonly pdf?: string;
  readonly ownPages: (workshop: Workshop) => Promise<OwnPages>;
}

/**
 * Builds the site into `out` from the project in `root`: notebooks, docs, the bibliography where there is one, the project's own
 * pages, search, scripts and styles.
 * @throws InputError when `out` holds something else than an earlier book, a source is not what it should be, or a PDF is asked for where no
 *   browser can print it.
 */
export async function buildBook(
  root: string,
  out: string,
  {
    generator = "book",
    addresses = new Map(),
    scripts = [],
    specialLink,
    inText,
    alsoCalled,
    edition,
    running,
    pdf,
    ownPages,
  }: BookOptions,
): Promise<BookReport> {
  const started = performance.now();
  requireBookFolder(out, generator);
  const printer = pdf === undefined ? undefined : requireBrowser(pdf);
  const read = readSources(root);
  const sources: Sources = {
    ...read,
    notebooks: read.notebooks.map((source) => edition?.get(source.path) ?? source),
  };
  const pictures = new Pictures();
  const links = new SiteLinks(root, new Map([...pageAddresses(sources), ...addresses]), specialLink);
  const bibliography = join(root, "data", "bibliography.json");
  const works = existsSync(bibliography) ? readBibliography(bibliography) : [];
  const references = [...citations(works), ...notebookReferences(sources)];
  const assets = bundled([...SHARED_SCRIPTS, ...scripts]);
  const runningFiles = running?.files(sources.notebooks) ?? Promise.resolve(new Map<string, string>());

  const optionsFor = (path: string): MarkdownOptions => ({
    references,
    resolveLink: (href) => links.resolve(path, href),
    ...(inText && { paragraphOf: (href, words) => inText.placeholder(href, words) }),
  });
  const filled = async (page: Page, drawn: Pictures): Promise<Page> => inText?.fill(page, drawn) ?? page;
  const tableAddress = (name: string) => {
    const path = `data/figures/${name}.csv`;
    return name !== "" && isFileInside(root, path) ? links.download(path) : undefined;
  };
  const course = await Promise.all(
    sources.notebooks.map((source) =>
      filled(
        notebookPage(source, {
          ...optionsFor(source.path),
          // A notebook does not refer to itself.
          references: references.filter(({ href }) => href !== notebookPageFile(source.path)),
          pictures,
          tableAddress,
          download: links.download(source.path),
          ...(running && { running: running.scripts }),
        }),
        pictures,
      ),
    ),
  );
  const guides = await Promise.all(
    sources.docs.map((source) => filled(docPage(source, optionsFor(source.path)), pictures)),
  );
  const own = await ownPages({ markdown: optionsFor, pictures });
  const cited = [...course, ...guides, ...own.pages];
  const body = [...cited, ...(works.length === 0 ? [] : [bibliographyPage(works, cited)])];
  const pages = [frontPage(own.front, body), ...body];

  const twice = pages.find(({ file }, i) => pages.findIndex((page) => page.file === file) < i);
  if (twice !== undefined) throw new InputError("docs", twice.file, "a page of its own for every source");

  const { version, licence } = sources;
  const site = { title: own.front.title, version, licence, generator, pages };
  const plain = new Map(pages.map((page) => [page.file, framedPage(page, site)]));
  const copied = copies();
  const { pages: framed, style } = compacted(plain, copied.get(FORMULA_STYLE)!.toString());
  const files = new Map<string, string | Uint8Array>([
    ...framed,
    ...pictures.files,
    ...links.files.map(
      (path) => [`files/${path}`, edition?.get(path)?.text ?? readFileSync(join(root, path))] as const,
    ),
    ...copied,
    [FORMULA_STYLE, style],
    ...(await assets),
    ...(await runningFiles),
    ["assets/search-index.js", searchScript(pages, alsoCalled)],
  ]);
  writeBook(out, files, generator);
  const seconds = (performance.now() - started) / 1000;
  if (pdf !== undefined && printer !== undefined)
    await writeBookPdf({ ...site, lead: own.front.lead, pages: body }, out, pdf, printer);
  return {
    folder: out,
    pages: [...framed].map(([file, html], i) => ({
      file,
      title: pages[i]!.title,
      bytes: Buffer.byteLength(html),
    })),
    files: files.size,
    ...(pdf !== undefined && { pdf }),
    seconds,
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
    const number = /^0*(\d+[a-z]?)-/.exec(file)?.[1];
    return number === undefined ? [] : [{ pattern: new RegExp(`\\bnotebook ${number}\\b`, "i"), href: file }];
  });
}
