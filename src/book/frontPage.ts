import { escapeXml } from "@finetune-icl/base";
import { inReadingOrder, PARTS, type Page, type Part } from "./page";

const LEAD: Readonly<Record<Part, string>> = {
  course: "Executed notebooks, in reading order: the mathematics, the code, the figures.",
  explore: "Live figures: move a slider, and the theory answers.",
  evidence: "Every claim with its prediction, its measurement and the controls that were rejected.",
  guides: "The derivations in full, how to run and change everything, and what is cited.",
  reference: "The package's public modules.",
};

/** The first page: what the book says in three sentences, then its contents. */
export function frontPage(title: string, pages: readonly Page[], explorable: string): Page {
  const parts = inReadingOrder(pages).map(([part, own]) => {
    const cards = own.map(
      ({ file, title: name, summary }) =>
        `<li><a href="${file}">${escapeXml(name)}</a><p>${escapeXml(summary)}</p></li>`,
    );
    return `<section class="part-list">\n<h2 id="${part}">${PARTS[part]}</h2>\n<p>${LEAD[part]}</p>\n<ul class="cards">\n${cards.join("\n")}\n</ul>\n</section>`;
  });
  const html = `<h1 id="top">${escapeXml(title)}</h1>
<p class="lead">A layer of linear attention that was pretrained on many regression tasks learns a new one from the examples in
its prompt. Fine-tune <strong>all</strong> its parameters on prompts without examples, and that gift is gone: examples stop helping, on every
task. Fine-tune the <strong>value matrix only</strong>, and it stays.</p>
<p>Both statements are theorems about closed forms
(<a href="bibliography.html#lee2026">Lee, Sohn and Lee, arXiv 2602.23197</a>). This book derives the formulas, checks them against an exact risk
computed without sampling, and sets simulations beside them. Turn the controls: the curves are computed as you drag.</p>
${explorable}
${parts.join("\n")}
`;
  return {
    file: "index.html",
    title,
    summary: "How fine-tuning hurts in-context learning in linear attention, and how to avoid it.",
    part: "front",
    html,
    headings: [],
    sections: [],
    scripts: ["assets/explorable.js"],
  };
}
