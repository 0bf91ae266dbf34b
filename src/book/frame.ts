import { escapeXml } from "@finetune-icl/base";
import { BIBLIOGRAPHY_FILE } from "./bibliography";
import { inReadingOrder, PARTS, type Page } from "./page";

/** What all pages share. */
export interface Site {
  readonly title: string;
  /** Of the project, where it has one. */
  readonly version: string | undefined;
  /** What made the book, such as "course book". */
  readonly generator: string;
  /** Such as "MIT". */
  readonly licence: string | undefined;
  readonly pages: readonly Page[];
}

/**
 * The browser may run and show what stands in the book's own folder and nothing else: no other host, no inline script, no
 * request by script. Styles may stand in the page because KaTeX and plotly place their parts with them; `file:` stands for
 * the folder when the book is opened without a server.
 */
const policyOf = ({ runsCode = false }: Page): string =>
  [
    "default-src 'none'",
    // A worker and the scripts that it runs are made by the page from what it holds; nothing evaluates text. WebAssembly, which tensor libraries
    // compile to, reaches nothing that it is not given.
    `script-src 'self' file:${runsCode ? " blob: 'wasm-unsafe-eval'" : ""}`,
    ...(runsCode ? ["worker-src blob:"] : []),
    "style-src 'self' file: 'unsafe-inline'",
    "img-src 'self' file: data: blob:",
    "font-src 'self' file:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

/** What says in every page what made it. */
export const generatorMark = (generator: string): string =>
  `<meta name="generator" content="${escapeXml(generator)}">`;

/** The whole HTML document of a page: contents, search, the article, previous and next. */
export function framedPage(page: Page, site: Site): string {
  const title = page.part === "front" ? site.title : `${page.title} · ${site.title}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policyOf(page)}">
${generatorMark(site.generator)}
<meta name="description" content="${escapeXml(page.summary)}">
<meta name="referrer" content="no-referrer">
<title>${escapeXml(title)}</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/katex.min.css">
<link rel="stylesheet" href="assets/book.css">
<script src="assets/theme.js"></script>
<script src="assets/book.js" defer></script>${(page.scripts ?? []).map((address) => `\n<script src="${address}" defer></script>`).join("")}
</head>
<body class="part-${page.part}">
<a class="skip" href="#content">Skip to the text</a>
<header class="bar">
<a class="name" href="index.html">${escapeXml(site.title)}</a>
<button type="button" class="menu" aria-expanded="false" aria-controls="contents" hidden>Contents</button>
<div class="search" role="search" hidden>
<input type="search" id="search" placeholder="Search" aria-label="Search the book" autocomplete="off" spellcheck="false">
<ol id="search-results" aria-label="Search results" hidden></ol>
<p class="visually-hidden" id="found" role="status"></p>
</div>
<button type="button" class="theme" hidden>Dark</button>
</header>
<div class="columns">
<main id="content" tabindex="-1">
<article>
${tools(page)}${page.html}
</article>
${neighbours(page, site)}
</main>
${onThisPage(page)}
<nav class="contents" id="contents" aria-label="Contents">
${contents(page, site)}
</nav>
</div>
<footer><p>${footer(site)}</p></footer>
</body>
</html>
`;
}

function footer({ title, version, licence, pages }: Site): string {
  return [
    escapeXml(version === undefined ? title : `${title} ${version}`),
    ...(licence === undefined ? [] : [`${escapeXml(licence)} licence`]),
    ...(pages.some(({ file }) => file === BIBLIOGRAPHY_FILE)
      ? [`<a href="${BIBLIOGRAPHY_FILE}">Bibliography</a>`]
      : []),
    "This page asks the network for nothing.",
  ].join(" · ");
}

function tools({ download, html, slides }: Page): string {
  const parts = [
    ...(download === undefined
      ? []
      : [`<a class="button" href="${escapeXml(download.href)}" download>${escapeXml(download.label)}</a>`]),
    ...(slides ? ['<button type="button" class="button slides" hidden>Slides</button>'] : []),
    ...(/<details class="(?:code|setup)"/.test(html)
      ? ['<button type="button" class="button fold" hidden>Show all code</button>']
      : []),
  ];
  return parts.length === 0 ? "" : `<div class="tools">${parts.join(" ")}</div>\n`;
}

function contents(current: Page, { pages }: Site): string {
  const list = inReadingOrder(pages).map(([part, own]) => {
    const items = own.map(
      (page) =>
        `<li><a href="${page.file}"${page === current ? ' aria-current="page"' : ""}>${escapeXml(page.title)}</a></li>`,
    );
    return `<p class="part">${PARTS[part]}</p>\n<ul>\n${items.join("\n")}\n</ul>`;
  });
  return list.join("\n");
}

function onThisPage({ headings }: Page): string {
  const items = headings.filter(({ level }) => level === 2 || level === 3);
  if (items.length < 2) return "";
  const links = items.map(
    ({ level, id, html }) => `<li class="level${level}"><a href="#${id}">${html}</a></li>`,
  );
  return `<nav class="here" aria-label="On this page">\n<p class="part">On this page</p>\n<ul>\n${links.join("\n")}\n</ul>\n</nav>`;
}

function neighbours(page: Page, { pages }: Site): string {
  const order = [
    ...pages.filter(({ part }) => part === "front"),
    ...inReadingOrder(pages).flatMap(([, own]) => own),
  ];
  const at = order.indexOf(page);
  const link = (other: Page | undefined, rel: "prev" | "next", word: string) =>
    other === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${other.file}"><span>${word}</span>${escapeXml(other.title)}</a>`;
  return `<nav class="neighbours" aria-label="Previous and next page">${link(order[at - 1], "prev", "Previous")}${link(order[at + 1], "next", "Next")}</nav>`;
}
