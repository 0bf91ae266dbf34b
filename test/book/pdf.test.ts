import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { browserProgram as findBrowser } from "../../src/book/browserProgram";
import { printedBook } from "../../src/book/printedBook";
import { buildProjectBook } from "../../src/site/projectBook";
import { browserProgram } from "../figures/support/browser";
import { packageRoot } from "../support/root";
import { runCli } from "../support/runCli";
import { makeSmallProject } from "./support";

const mustRun = process.env.CI !== undefined;
const parent = mkdtempSync(join(tmpdir(), "book-pdf-test-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const page = (file: string, html: string) => ({
  file,
  title: file,
  summary: "",
  part: "guides" as const,
  html,
  headings: [],
  sections: [],
});

describe("the document that is printed", () => {
  const html = printedBook(
    {
      title: "Title",
      version: "1",
      licence: "MIT",
      lead: "<p>lead</p>",
      pages: [
        page(
          "a.html",
          '<h1 id="top">A</h1><p><a href="b.html#top">to b</a> <a href="b.html">b</a> <a href="#top">up</a> <a href="files/data/x.csv" download>x</a> <a href="index.html">all</a> <a href="https://example.org/#x">out</a></p><details><summary>more</summary><p>folded</p></details><script src="x.js"></script><img src="pictures/p.svg"><pre>&lt;a href="b.html"&gt;</pre>',
        ),
        page(
          "b.html",
          '<h1 id="top">B</h1><a href="a.html#angle=180">state</a><template class="teaching">note</template>',
        ),
      ],
    },
    "/some/book",
    "",
  );

  it("leads from page to page inside itself, and outside; nothing is left to download or to run", () => {
    const links = [...html.matchAll(/<a(?: href="([^"]*)")?>([^<]*)<\/a>/g)].map(([, href, words]) => [
      words,
      href,
    ]);
    expect(links.slice(2)).toEqual([
      ["to b", "#b--top"],
      ["b", "#b"],
      ["up", "#a--top"],
      ["x", undefined],
      ["all", "#contents"],
      ["out", "https://example.org/#x"],
      ["state", "#a"],
    ]);
    expect(html).toContain('<h1 id="a--top">');
    expect(html).toContain("<details open>");
    expect(html).toContain('src="file:///some/book/pictures/p.svg"');
    expect(html).toContain('<pre>&lt;a href="b.html"&gt;</pre>');
    expect(html).not.toMatch(/x\.js|template/);
  });
});

describe("finetune-icl book --pdf", () => {
  it("says in a line that there is no browser, before it builds", () => {
    expect(findBrowser({ PATH: parent })).toBeUndefined();
    expect(findBrowser({ PATH: parent, CHROME_PATH: process.execPath })).toBe(process.execPath);
    const out = join(parent, "none");
    process.env.CHROME_PATH = join(parent, "no-browser");
    const { code, err } = runCli(["book", "--out", out, "--pdf", join(parent, "none.pdf")]);
    delete process.env.CHROME_PATH;
    expect(code).not.toBe(0);
    expect(err.trim().split("\n").length).toBe(1);
    expect(err).toContain("Chromium, Chrome or Edge");
    expect(existsSync(out)).toBe(false);
  });

  it.skipIf(browserProgram === undefined && !mustRun)(
    "prints the whole book, or one of two lessons unless LESSONS=all: pages, an outline, links that lead somewhere",
    async () => {
      const pdf = join(parent, "book.pdf");
      const small = join(parent, "small");
      mkdirSync(small);
      const lesson = (name: string) => ({ [`${name}.ipynb`]: join("notebooks", `${name}.ipynb`) });
      makeSmallProject(small, ["course.md", "live-figures.md", "theory.md"], {
        ...lesson("01-in-context-learning-in-one-layer"),
        ...lesson("05-value-only-fine-tuning-remembers"),
      });
      const root = process.env.LESSONS === "all" ? packageRoot : small;
      const report = await buildProjectBook(root, join(parent, "book"), {
        reference: false,
        running: false,
        pdf,
      });
      expect(report.pdf).toBe(pdf);
      const text = readFileSync(pdf, "latin1");
      expect(text.slice(0, 5)).toBe("%PDF-");
      const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
      expect(count(/\/Type \/Page\b/g)).toBeGreaterThan(report.pages.length);
      expect(text).toContain("/Outlines");
      expect(count(/\/URI \(/g)).toBeGreaterThan(5);
      // Nothing leads to a file of this machine.
      expect(text).not.toMatch(/\/URI \(file:/);
      const asked = new Set([...text.matchAll(/\/Dest \/([^\s/>]+)/g)].map(([, name]) => name));
      const known = new Set([...text.matchAll(/\/([^\s/>]+) \[\d+ 0 R \/XYZ/g)].map(([, name]) => name));
      expect(asked.size).toBeGreaterThan(report.pages.length);
      expect([...asked].filter((name) => !known.has(name))).toEqual([]);
    },
    300_000,
  );
});
