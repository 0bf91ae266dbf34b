/** The parts of the book, in the order of its contents. */
export const PARTS = {
  course: "The course",
  explore: "Explore",
  evidence: "Evidence",
  guides: "Guides",
  reference: "Reference",
} as const;

export type Part = keyof typeof PARTS;

/** A heading of a page, for its contents. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  /** HTML, mathematics included. */
  readonly html: string;
}

/** What stands under one heading, as plain text for the search. */
export interface SearchSection {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** One page of the book, before the frame of the site is put around it. */
export interface Page {
  /** File name in the book's folder, such as `theory.html`; no page stands in a folder of its own. */
  readonly file: string;
  /** Plain text. */
  readonly title: string;
  /** One sentence for lists and search engines. */
  readonly summary: string;
  /** Where it stands in the contents; the front page stands above them. */
  readonly part: Part | "front";
  /** HTML of the article, its first-level heading included. */
  readonly html: string;
  readonly headings: readonly Heading[];
  readonly sections: readonly SearchSection[];
  /** Scripts that only this page needs. */
  readonly scripts?: readonly string[];
  /** Whether the page runs its code, in a worker that it makes itself. */
  readonly runsCode?: boolean;
  /** Whether the page can be shown as slides: its article is made of cells. */
  readonly slides?: boolean;
  /** Where the reader gets the source of the page. */
  readonly download?: { readonly href: string; readonly label: string };
}

/** Pages of the contents, in reading order, part by part. */
export function inReadingOrder(pages: readonly Page[]): readonly (readonly [Part, readonly Page[]])[] {
  return (Object.keys(PARTS) as Part[])
    .map((part) => [part, pages.filter((page) => page.part === part)] as const)
    .filter(([, own]) => own.length > 0);
}
