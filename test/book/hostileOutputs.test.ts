import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cellOutput } from "../../src/book/cellOutput";
import { PageMarkdown } from "../../src/book/markdown";
import { Pictures } from "../../src/book/pictures";
import { sanitizeHtml } from "../../src/book/sanitize";
import type { MimeBundle } from "../../src/notebooks/runner/nbformat";
import { browserProgram, startBrowser, watchRequests } from "../figures/support/browser";

const RUN = "top.ran=1";
const svgOf = (inner: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">${inner}</svg>`;
const dataSvg = `data:image/svg+xml,${encodeURIComponent(svgOf(`<script>${RUN}</script>`))}`;
const FAR = "https://far.example/x";

/** Ways for an output in HTML to run, load or lead away. */
const HTML: readonly string[] = [
  `<script>${RUN}</script>`,
  `<script src="${FAR}.js"></script>`,
  `<img src=x onerror="${RUN}">`,
  `<img src="${dataSvg}">`,
  `<img src="${FAR}.png">`,
  `<img srcset="${FAR}.png 1x, ${dataSvg} 2x">`,
  `<picture><source srcset="${FAR}.webp"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></picture>`,
  `<object data="${dataSvg}"></object>`,
  `<object data="data:text/html,<script>${RUN}</script>"></object>`,
  `<embed src="${dataSvg}">`,
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<form action="${FAR}"><button formaction="javascript:${RUN}" autofocus>x</button></form>`,
  `<input type="image" src="${FAR}.png" autofocus onfocus="${RUN}">`,
  `<base href="${FAR}/"><a href="#there">x</a>`,
  `<meta http-equiv="refresh" content="0; url=${FAR}">`,
  `<link rel="stylesheet" href="${FAR}.css"><link rel="prefetch" href="${FAR}">`,
  `<style>@import url(${FAR}.css); body { background: url(${FAR}.png) }</style>`,
  `<div style="background: url(${FAR}.png)">x</div>`,
  `<div style="background:u\\72l(${FAR}.png)">x</div>`,
  `<div style="background-image: image-set('${FAR}.png' 1x)">x</div>`,
  `<div style="position: fixed; inset: 0; z-index: 9999">over everything</div>`,
  `<table background="${FAR}.png"><tr><td background="${FAR}.png">1</td></tr></table>`,
  `<video poster="${FAR}.png" src="${FAR}.mp4" autoplay></video><audio src="${FAR}.mp3" autoplay></audio>`,
  `<a href="javascript:${RUN}">x</a><a href="  java\tscript:${RUN}">x</a>`,
  `<a href="${dataSvg}">x</a><a href="data:text/html,<script>${RUN}</script>">x</a>`,
  `<map name="m"><area shape="default" href="javascript:${RUN}"></map><img usemap="#m" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`,
  `<svg><script>${RUN}</script><image xlink:href="${FAR}.png"/><use href="${FAR}.svg#a"/><a xlink:href="javascript:${RUN}"><text>x</text></a></svg>`,
  `<svg><animate attributeName="href" to="javascript:${RUN}"/><foreignObject><img src=x onerror="${RUN}"></foreignObject></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror="${RUN}"></style></mglyph></table></mtext></math>`,
  `<noscript><p title="</noscript><img src=x onerror='${RUN}'>"></noscript>`,
  `<template><script>${RUN}</script></template><details open ontoggle="${RUN}">x</details>`,
  `<img name="getElementById" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><form id="location"></form>`,
  `<dialog open style="position:fixed">x</dialog><div popover id="p">x</div>`,
];

/** Ways for a picture to do so, when it is opened by itself. */
const SVG: readonly string[] = [
  `<script>${RUN}</script>`,
  `<script xlink:href="${FAR}.js"/>`,
  `<rect width="9" height="9" onload="${RUN}"/>`,
  `<image width="9" height="9" xlink:href="${FAR}.png"/>`,
  `<image width="9" height="9" href="${dataSvg}"/>`,
  `<use xlink:href="${FAR}.svg#a"/>`,
  `<rect width="9" height="9" style="fill: url(${FAR}.svg#a); background: u\\72l(${FAR}.png)"/>`,
  `<rect width="9" height="9" style="background: image-set('${FAR}.png' 1x); background: src('${FAR}.png')"/>`,
  `<rect width="9" height="9" filter="url(${FAR}.svg#f)" mask="url('${FAR}.svg#m')"/>`,
  `<style>@import url(${FAR}.css); rect { fill: url(${FAR}.svg#a) }</style><rect width="9" height="9"/>`,
  `<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="${FAR}"/></foreignObject>`,
  `<a xlink:href="javascript:${RUN}"><rect width="9" height="9"/></a>`,
  `<animate xlink:href="#r" attributeName="href" to="javascript:${RUN}" begin="0s"/>`,
  `<set attributeName="onload" to="${RUN}"/>`,
];

const cell = {
  cell_type: "code",
  id: "c",
  metadata: {},
  source: "",
  outputs: [],
  execution_count: 1,
} as const;

describe.skipIf(browserProgram === undefined)("a hostile notebook in the book", () => {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  const pictures = new Pictures();
  const shown = (data: MimeBundle, name: string) =>
    cellOutput(
      { output_type: "display_data", data, metadata: {} },
      {
        markdown: new PageMarkdown({ resolveLink: () => undefined, references: [] }),
        pictures,
        name,
        cell,
        tableAddress: () => undefined,
      },
    );
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(join(folder, "pictures"));
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a file; what it ran, what it asked for beside itself, and where it led. */
  async function open(
    name: string,
    text: string,
  ): Promise<{ readonly ran: unknown; readonly asked: readonly string[]; readonly at: string }> {
    const path = join(folder, name);
    writeFileSync(path, text);
    const address = pathToFileURL(path).href;
    const page = await browser.newPage();
    try {
      const asked = await watchRequests(page);
      await page.goto(address);
      for (const link of await page.locator("a").all())
        if (/^(?!https?:)/.test((await link.getAttribute("href")) ?? ""))
          await link.click({ timeout: 500 }).catch(() => {});
      await page.waitForTimeout(150);
      const ran = await page.evaluate("window.ran ?? null");
      // Raw HTML in Markdown may name files of the book's own folder.
      const isOwn = (url: string) => url.startsWith(pathToFileURL(folder).href);
      return {
        ran,
        asked: asked.filter((url) => !isOwn(url)),
        at: page.url().replace(/#.*/, ""),
      };
    } finally {
      await page.close();
    }
  }
  const quiet = (name: string) => ({ ran: null, asked: [], at: pathToFileURL(join(folder, name)).href });

  it("runs, loads and redirects nothing from HTML, nor from Markdown, on a page without the book's policy", async () => {
    const parts = HTML.flatMap((html, k) => [
      shown({ "text/html": html }, `h${k}`),
      shown({ "text/markdown": `word\n\n${html}\n\nword` }, `m${k}`),
    ]);
    expect(await open("page.html", `<!doctype html><body>${parts.join("\n")}</body>`)).toEqual(
      quiet("page.html"),
    );
    const html = parts.join("\n");
    expect(html).not.toMatch(/<[a-z][^>]*\s(?:position|name|srcset|background|poster|action)\b/i);
  });

  it("runs, loads and redirects nothing from a picture that is opened by itself", async () => {
    for (const [k, inner] of SVG.entries()) {
      shown({ "image/svg+xml": svgOf(inner) }, `p${k}`);
      const text = pictures.files.get(`pictures/p${k}.svg`)!;
      expect(await open(`p${k}.svg`, text), inner).toEqual(quiet(`p${k}.svg`));
    }
  });

  it("shows as words what stands in texts and in broken pictures", async () => {
    const parts = HTML.map((html, k) =>
      shown({ "text/plain": html, "image/png": `"><${html}` }, `t${k}`),
    ).concat(
      HTML.map((html) => cellOutput({ output_type: "stream", name: "stdout", text: html }, {} as never)),
      HTML.map((html) =>
        cellOutput({ output_type: "error", ename: html, evalue: html, traceback: [html] }, {} as never),
      ),
    );
    expect(await open("text.html", `<!doctype html><body>${parts.join("\n")}</body>`)).toEqual(
      quiet("text.html"),
    );
  });

  it("keeps tables with their alignment, links and pictures", () => {
    const table = '<table><tbody><tr><td style="text-align:right">1</td></tr></tbody></table>';
    expect(sanitizeHtml(table)).toBe(table);
    expect(sanitizeHtml('<a href="https://example.org/">x</a>')).toBe('<a href="https://example.org/">x</a>');
    const picture = '<img alt="dot" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">';
    expect(sanitizeHtml(picture)).toContain('src="data:image/gif;base64,R0lGODlhAQABAAAAACw="');
  });
});
