import { readFileSync } from "node:fs";
import { escapeXml, readList, readRecord } from "@finetune-icl/base";
import { type CrossReference, phrasePattern } from "./crossReferences";
import type { Page } from "./page";

export const BIBLIOGRAPHY_FILE = "bibliography.html";

/** A cited work, with the fields of CSL-JSON that are used here. */
export interface Work {
  readonly id: string;
  readonly authors: readonly string[];
  readonly year: string;
  readonly title: string;
  /** Journal or conference, volume and number. */
  readonly venue: string;
  readonly url?: string;
}

const FIELDS = ["id", "type", "author", "issued", "title", "container-title", "volume", "number", "URL"];

/** Reads a CSL-JSON file. @throws InputError when an entry has fields that are not used here. */
export function readBibliography(path: string): readonly Work[] {
  const raw: unknown = JSON.parse(readFileSync(path, "utf8"));
  return readList(raw, path, "works", (item, at) => {
    const work = readRecord(item, at, FIELDS);
    const text = (key: string) => (work[key] === undefined ? "" : String(work[key]));
    const authors = work.author as readonly { readonly family: string; readonly given: string }[];
    const issued = work.issued as { readonly "date-parts": readonly (readonly number[])[] };
    const venue = [`${text("container-title")} ${text("volume")}`.trim(), text("number")];
    return {
      id: text("id"),
      authors: authors.map(({ family, given }) => `${given} ${family}`),
      year: String(issued["date-parts"][0]![0]),
      title: text("title"),
      venue: venue.filter((part) => part !== "").join(", "),
      ...(work.URL === undefined ? {} : { url: text("URL") }),
    };
  });
}

/** Links from running text to the bibliography: a work is cited by its arXiv number or by its full title. */
export function citations(works: readonly Work[]): readonly CrossReference[] {
  return works.flatMap(({ id, title, venue }) => {
    const href = `${BIBLIOGRAPHY_FILE}#${id}`;
    const arxiv = /arXiv (\S+)/.exec(venue)?.[1];
    return [
      { pattern: phrasePattern(title), href },
      ...(arxiv === undefined ? [] : [{ pattern: phrasePattern(`arXiv ${arxiv}`), href }]),
    ];
  });
}

/** The works that some page cites, and which pages do. */
export function bibliographyPage(works: readonly Work[], pages: readonly Page[]): Page {
  const cited = works
    .map((work) => ({
      ...work,
      citing: pages.filter(({ html }) => html.includes(`href="${BIBLIOGRAPHY_FILE}#${work.id}"`)),
    }))
    .filter(({ citing }) => citing.length > 0)
    .sort((a, b) => `${a.authors[0]} ${a.year}`.localeCompare(`${b.authors[0]} ${b.year}`, "en"));
  const entries = cited.map(({ id, authors, year, title, venue, url, citing }) => {
    const links = citing.map((page) => `<a href="${page.file}">${escapeXml(page.title)}</a>`).join(", ");
    const name =
      url === undefined ? escapeXml(title) : `<a href="${url}" rel="noreferrer">${escapeXml(title)}</a>`;
    return `<li id="${id}">${escapeXml(authors.join(", "))} (${year}). <em>${name}</em>. ${escapeXml(venue)}.<br><span class="cited">Cited in: ${links}</span></li>`;
  });
  return {
    file: BIBLIOGRAPHY_FILE,
    title: "Bibliography",
    summary: "The works cited in this book, and where they are cited.",
    part: "guides",
    html: `<h1 id="bibliography">Bibliography</h1>\n<ul class="bibliography">\n${entries.join("\n")}\n</ul>\n`,
    headings: [{ level: 1, id: "bibliography", html: "Bibliography" }],
    sections: cited.map(({ id, title, authors, venue }) => ({
      id,
      title,
      text: `${authors.join(", ")} ${venue}`,
    })),
  };
}
