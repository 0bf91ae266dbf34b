import { pathToFileURL } from "node:url";
import { escapeXml } from "@finetune-icl/base";
import { inReadingOrder, PARTS, type Page } from "./page";

/** What stands before the pages of a printed book. */
export interface PrintedSite {
  readonly title: string;
  readonly version: string | undefined;
  readonly licence: string | undefined;
  /** HTML of the introduction. */
  readonly lead: string;
  readonly pages: readonly Page[];
}

/**
 * The whole book as one document to be printed: title, contents, all pages in reading order. Links between pages become links inside the
 * document; styles and pictures are those in `folder`, where the book stands. `script` runs when all is laid out.
 */
export function printedBook(site: PrintedSite, folder: string, script: string): string {
  const { title, lead, pages } = site;
  const files = new Set(pages.map(({ file }) => file));
  const address = (path: string) => new URL(path, `${pathToFileURL(folder).href}/`).href;
  const order = inReadingOrder(pages);
  const articles = order.flatMap(([, own]) =>
    own.map(
      ({ file, html }) =>
        `<article class="printed-page" id="${anchorOf(file)}">\n${inOneDocument(html, file, files, address)}\n</article>`,
    ),
  );
  return `<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>${escapeXml(title)}</title>
<link rel="stylesheet" href="${address("assets/katex.min.css")}">
<link rel="stylesheet" href="${address("assets/book.css")}">
<style>${STYLE}</style>
</head>
<body>
<section class="title-page" id="${anchorOf("index.html")}">
<h1>${escapeXml(title)}</h1>
<p>${imprint(site)}</p>
${inOneDocument(lead, "index.html", files, address)}
</section>
<section class="printed-contents" id="contents">
<h1>Contents</h1>
${order.map(contentsOf).join("\n")}
</section>
${articles.join("\n")}
<script>${script.replaceAll("</", "<\\/")}</script>
</body>
</html>
`;
}

/** `Version 1.2.0 · MIT licence`, as far as there is one. */
function imprint({ version, licence }: PrintedSite): string {
  const parts = [version && `Version ${version}`, licence && `${licence} licence`];
  return parts
    .filter((part) => part !== undefined)
    .map(escapeXml)
    .join(" · ");
}

function contentsOf([part, pages]: readonly [keyof typeof PARTS, readonly Page[]]): string {
  const items = pages.map(({ file, title, headings }) => {
    // A lesson's sections help to find something; those of a reference are names, hundreds of them.
    const sections =
      part === "reference" || part === "evidence" ? [] : headings.filter(({ level }) => level === 2);
    const inner = sections.map(({ id, html }) => `<a href="#${anchorOf(file, id)}">${html}</a>`).join(" · ");
    return `<li><a href="#${anchorOf(file)}">${escapeXml(title)}</a>${inner === "" ? "" : `<p>${inner}</p>`}</li>`;
  });
  return `<h2>${PARTS[part]}</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
}

/** Names of two pages may be the same: in one document each begins with its page's. */
const anchorOf = (file: string, id?: string): string =>
  `${file.replace(/\.html$/, "")}${id === undefined ? "" : `--${id}`}`;

/** A page's HTML as a part of the document: nothing folded, nothing for scripts, and every address where it leads now. */
function inOneDocument(
  html: string,
  file: string,
  files: ReadonlySet<string>,
  address: (path: string) => string,
): string {
  return html
    .replace(/<script\b.*?<\/script>|<template\b.*?<\/template>/gs, "")
    .replace(
      /<(?:a|img|details|section|div|figure|h[1-6]|li|p|span|td|th|tr|label|input|select|output)\b[^>]*>/g,
      (tag) =>
        tag
          .replace(/^<details\b(?![^>]*\sopen)/, "<details open")
          .replace(/ id="([^"]*)"/, (_whole, id: string) => ` id="${anchorOf(file, id)}"`)
          .replace(/ src="(?!data:)([^"]*)"/, (_whole, path: string) => ` src="${address(path)}"`)
          .replace(/ href="([^"]*)"( download)?/, (_whole, href: string) => {
            const target = printedTarget(href, file, files);
            return target === undefined ? "" : ` href="${target}"`;
          }),
    );
}

/** Where a link leads in the document; undefined for what paper cannot give, such as a download. */
function printedTarget(href: string, file: string, files: ReadonlySet<string>): string | undefined {
  if (/^(?:https?|mailto):/.test(href)) return href;
  const [path = "", id] = href.split("#", 2);
  const page = path === "" ? file : decodeURI(path);
  if (page !== "index.html" && !files.has(page)) return undefined;
  // The state of a live figure is no place on its page, and the front page has become title and contents.
  if (page === "index.html") return "#contents";
  return `#${id === undefined || id.includes("=") ? anchorOf(page) : anchorOf(page, id)}`;
}

const STYLE = `
@page { size: A4; margin: 18mm 15mm 20mm; @bottom-center { content: counter(page); font: 9pt sans-serif; color: #555; } }
@page :first { @bottom-center { content: none; } }
html { scroll-behavior: auto; }
/* As wide as the paper's text, so that what does not fit is known before it is printed. */
body { width: 180mm; margin: 0; background: #fff; font-size: 10pt; line-height: 1.42; }
article, .title-page, .printed-contents { max-width: none; margin: 0; }
.printed-page, .printed-contents { break-before: page; }
.title-page > h1 { margin: 30mm 0 6mm; font-size: 26pt; }
.printed-contents ul { padding: 0; list-style: none; }
.printed-contents li { margin: 0 0 2.2mm; break-inside: avoid; }
.printed-contents p { margin: 0.4mm 0 0 5mm; font-size: 8.5pt; line-height: 1.35; }
.printed-contents h2 { margin: 6mm 0 2mm; }
h1 { font-size: 19pt; }
h2 { margin: 8mm 0 2.5mm; font-size: 13.5pt; }
h3 { margin: 5mm 0 2mm; font-size: 11.5pt; }
h1, h2, h3, h4, summary { break-after: avoid; }
p, li { orphans: 3; widows: 3; }
.figure, .katex-display, tr, blockquote, figcaption, .explorable .stage { break-inside: avoid; }
.canvas { border: none; overflow: visible; }
.canvas img { min-width: 0; max-width: 100%; max-height: 205mm; object-fit: contain; }
pre { overflow: visible; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7.6pt; line-height: 1.4; padding: 2mm 3mm; }
.scroll, .katex-display { overflow: visible; }
table { font-size: 8.6pt; }
th, td { padding: 0.8mm 2mm; }
thead { display: table-header-group; }
code { overflow-wrap: anywhere; }
/* An address on paper: what it leads to is said by its words. */
a { color: #0b5a93; text-decoration: none; }
button, .anchor, .links, .filter, .controls, .question, .copy, .katex-mathml, [hidden] { display: none !important; }
details > summary { list-style: none; color: #555; font-size: 8.5pt; }
details > summary::-webkit-details-marker { display: none; }
details.setup, .opening > details.code { display: block !important; }
`;
