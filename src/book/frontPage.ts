import { escapeXml } from "@finetune-icl/base";
import { inReadingOrder, PARTS, type Page, type Part } from "./page";

const LEAD: Readonly<Record<Part, string>> = {
  course: "Executed notebooks, in reading order: the mathematics, the code, the figures.",
  explore: "Live figures: move a slider, and the theory answers.",
  evidence: "Every claim with its prediction, its measurement and the controls that were rejected.",
  guides: "The derivations in full, how to run and change everything, and what is cited.",
  reference: "The package's public modules.",
};

/** What the first page says above the contents. */
export interface Front {
  readonly title: string;
  /** One sentence for lists and search engines. */
  readonly summary: string;
  /** HTML. */
  readonly lead: string;
  /** What a card says under the title of a page, where that is not its summary. */
  readonly promise: (page: Page) => string | undefined;
  /** Scripts that only this page needs. */
  readonly scripts: readonly string[];
}

/** The first page: what the book says in a few sentences, then its contents. */
export function frontPage({ title, summary, lead, promise, scripts }: Front, pages: readonly Page[]): Page {
  const parts = inReadingOrder(pages).map(([part, own]) => {
    const cards = own.map(
      (page) =>
        `<li><a href="${page.file}">${escapeXml(page.title)}</a><p>${escapeXml(promise(page) ?? page.summary)}</p></li>`,
    );
    return `<section class="part-list">\n<h2 id="${part}">${PARTS[part]}</h2>\n<p>${LEAD[part]}</p>\n<ul class="cards">\n${cards.join("\n")}\n</ul>\n</section>`;
  });
  const html = `<h1 id="top">${escapeXml(title)}</h1>
${lead}
${parts.join("\n")}
`;
  return {
    file: "index.html",
    title,
    summary,
    part: "front",
    html,
    headings: [],
    sections: [],
    scripts,
  };
}
