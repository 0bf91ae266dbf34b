import { describe, expect, it } from "vitest";
import { docPage } from "../../src/book/docPage";
import { type MarkdownOptions, PageMarkdown } from "../../src/book/markdown";
import { notebookPage } from "../../src/book/notebookPage";
import { Pictures } from "../../src/book/pictures";
import { sanitizeHtml } from "../../src/book/sanitize";

const page = () =>
  new PageMarkdown({
    resolveLink: (href) => (href === "gone.ts" ? undefined : href.replace("docs/", "")),
    references: [{ pattern: /\bnotebook 2\b/, href: "02.html" }],
  });

describe("the Markdown of a page", () => {
  it("renders mathematics, inline and displayed, also inside tables", () => {
    const html = page().render("Text $a<b$.\n\n$$\n\\frac12\n$$\n\n| a |\n|---|\n| $\\lVert x\\rVert$ |\n");
    expect(html.match(/class="katex"/g)).toHaveLength(3);
    expect(html.match(/class="katex-display" tabindex="0"/g)).toHaveLength(1);
    expect(html).not.toContain("$");
  });

  it("makes a plain cell of the empty corner of a table, which heads nothing", () => {
    const html = page().render("| | with |\n|---|---|\n| speed | 2 |\n");
    expect(html.match(/<t[hd]>.*?<\/t[hd]>/g)).toEqual([
      "<td></td>",
      "<th>with</th>",
      "<td>speed</td>",
      "<td>2</td>",
    ]);
  });

  it("refuses mathematics that cannot be rendered", () => {
    expect(() => page().render("$\\notacommand{x}$")).toThrow(/notacommand/);
  });

  it("gives every heading an identifier of its own, across the pieces of a page", () => {
    const markdown = page();
    markdown.render("## Same name\n\nfirst");
    markdown.render("## Same name\n\nsecond $x$ and `code`");
    expect(markdown.headings.map(({ id, html }) => [id, html])).toEqual([
      ["same-name", "Same name"],
      ["same-name-2", "Same name"],
    ]);
    expect(markdown.sections).toEqual([
      { id: "same-name", title: "Same name", text: "first" },
      { id: "same-name-2", title: "Same name", text: "second x and code" },
    ]);
  });

  it("keeps the mathematics of a heading in the contents", () => {
    const markdown = page();
    markdown.render("## The block $\\Gamma$");
    expect(markdown.headings[0]!.html).toContain("katex");
    expect(markdown.headings[0]!.html).not.toContain("anchor");
    expect(markdown.sections[0]!.title).toBe("The block \\Gamma");
  });

  it("leads links to the book's pages, and makes text of those that lead nowhere", () => {
    const html = page().render("[a](docs/a.html), [b](gone.ts), notebook 2, [notebook 2](docs/b.html)");
    expect(html).toBe(
      '<p><a href="a.html">a</a>, <span>b</span>, <a href="02.html">notebook 2</a>, <a href="b.html">notebook 2</a></p>\n',
    );
  });

  it("colours TypeScript and escapes what it does not know", () => {
    expect(page().render("```ts\nconst x = 1;\n```")).toContain("hljs-keyword");
    expect(page().render("```unknown\n<b>\n```")).toContain("&lt;b&gt;");
  });
});

describe("HTML from outputs", () => {
  it("keeps tables and their alignment", () => {
    const table = '<table><tbody><tr><td style="text-align:right">1</td></tr></tbody></table>';
    expect(sanitizeHtml(table)).toBe(table);
  });

  it.each([
    ["scripts", "<script>alert(1)</script>"],
    ["handlers", '<img src="data:image/png;base64,AA" onerror="alert(1)">'],
    ["frames", '<iframe src="https://example.org"></iframe>'],
    ["script addresses", '<a href="javascript:alert(1)">x</a>'],
    ["pictures from elsewhere", '<img src="//example.org/x.png">'],
  ])("drops %s", (_what, html) => {
    expect(sanitizeHtml(`<p>a</p>${html}`)).not.toMatch(/alert|example/);
  });
});

it("mathematics that is none is refused with the notebook and the cell, or the document, where it stands", () => {
  const options: MarkdownOptions = { references: [], resolveLink: (href) => href };
  expect(() => docPage({ path: "docs/a.md", text: "# A\n\n$\\frac{1}$" }, options)).toThrow(
    /^docs\/a\.md: mathematics: holds "\\\\frac\{1\}"; allowed: TeX/,
  );
  const cell = { cell_type: "markdown", id: "wrong", metadata: {}, source: "$\\frac{1}$" } as const;
  expect(() =>
    notebookPage(
      {
        path: "notebooks/01-a.ipynb",
        notebook: { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] },
      },
      { ...options, pictures: new Pictures(), tableAddress: () => undefined, download: "a.ipynb" },
    ),
  ).toThrow(/^notebooks\/01-a\.ipynb, cell wrong: mathematics: holds /);
});
