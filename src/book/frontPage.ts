import { escapeXml } from "../figures/escapeXml";
import { inReadingOrder, PARTS, type Page, type Part } from "./page";

const LEAD: Readonly<Record<Part, string>> = {
  course: "Executed notebooks, in reading order: the mathematics, the code, the figures.",
  explore: "Live figures: move a slider, and the theory answers.",
  evidence: "Every claim with its prediction, its measurement and the controls that were rejected.",
  guides: "The derivations in full, how to run and change everything, and what is cited.",
  reference: "The package's public modules.",
};

/**
 * What a reader can do after each lesson, by the lesson's number: the table "What you can do after each lesson" of the guide for the course.
 */
export function readPromises(guide: string): ReadonlyMap<string, string> {
  const [, table = ""] = guide.split(/^## What you can do.*$/m);
  const [own = ""] = table.split(/^## /m);
  return new Map(
    [...own.matchAll(/^\| (\d+[a-z]?) \| (.+?) \|$/gm)].map(([, number, promise]) => [number!, promise!]),
  );
}

/** What a guide is good for, by its page; the others tell their first sentence. */
const GUIDE_PROMISES: Readonly<Record<string, string>> = {
  "theory.html": "Look up the model, its conventions, and every closed form with its derivation.",
  "course.html": "Plan one week or four, hand out exercises, and grade them.",
  "your-own-lesson.html": "Write a lesson with figures and exercises that check themselves.",
  "beyond.html":
    "See what is left when covariates are not Gaussian, labels not linear, and layers not linear or single.",
  "book.html": "Build this site, host it, and add a live figure.",
  "evidence.html": "Find out how a claim is checked, and rerun any of them.",
  "landscape.html": "Read what descent finds where there is no closed form: saddles, plateaus, bounds.",
  "live-figures.html": "Choose a live figure, and link to it in any position of its controls.",
  "models.html": "Compare softmax attention, several heads and several layers, with their limits.",
  "notebooks.html": "Run the notebooks in Jupyter or VS Code, and with other constants.",
  "training.html":
    "Train with any settings, exactly or on sampled prompts, and divide a study among machines.",
  "contributing.html": "Add a formula, a claim, a regime or a notebook, and know what a change must pass.",
};

/** What a card says under the title of a page. */
function promiseOf({ file, summary }: Page, promises: ReadonlyMap<string, string>): string {
  const number = /^0*(\d+[a-z]?)-/.exec(file)?.[1];
  const promise = number === undefined ? undefined : promises.get(number);
  return promise === undefined ? (GUIDE_PROMISES[file] ?? summary) : `Afterwards you can ${promise}.`;
}

/** The first page: what the book says in three sentences, then its contents. */
export function frontPage(
  title: string,
  pages: readonly Page[],
  explorable: string,
  promises: ReadonlyMap<string, string>,
): Page {
  const parts = inReadingOrder(pages).map(([part, own]) => {
    const cards = own.map(
      (page) =>
        `<li><a href="${page.file}">${escapeXml(page.title)}</a><p>${escapeXml(promiseOf(page, promises))}</p></li>`,
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
