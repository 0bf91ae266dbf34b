import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { JSDOM } from "jsdom";
import MiniSearch from "minisearch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formulaParts } from "../../src/book/compact";
import { SEARCH_OPTIONS } from "../../src/book/searchOptions";
import { formulaTex } from "../../src/core/algebra/tex";
import { VALUE_ONLY_ZERO_SHOT_RISK_INVERSE } from "../../src/core/theory/zeroShotValue";
import { readNotebook } from "../../src/notebooks/runner/readNotebook";
import { explorablePageFile } from "../../src/site/explorablePage";
import { readState } from "../../src/site/explore/controls";
import { EXPLORABLES } from "../../src/site/explore/explorables";
import { packageRoot } from "../support/root";
import { runCli } from "../support/runCli";
import { runMain } from "../support/runMain";
import { type BuiltBook, sharedBook } from "./support";

/** How a program writes what a person would not: 1e-9, 66502000000000000000, 0.00000001, NaN in a cell, $\\hat S$. */
const MACHINE_TEXT =
  /(?<![\p{L}\d])\d+(?:\.\d+)?e[-+]?\d+(?![\p{L}\d])|(?<![\p{L}\d/])\d{13,}(?![\d/])|\b0\.0{6,}\d|^NaN$|\$[^$\s][^$]*\\[^$]*\$|\[object /u;

const isNoProse = ({ localName, classList }: Element): boolean =>
  ["pre", "code", "script", "style"].includes(localName) ||
  classList.contains("katex") ||
  classList.contains("command");

describe("the built book", () => {
  let book: BuiltBook;
  const documents = new Map<string, Document>();
  beforeAll(async () => {
    book = await sharedBook();
    for (const [file, html] of book.pages) {
      // Without the insides of formulas, which are most of a page and say nothing that their MathML does not.
      const words = formulaParts(html).filter((_, i) => i % 2 === 0);
      documents.set(file, new JSDOM(words.join("")).window.document);
    }
  });

  it("has a page for every notebook and every guide, and says so", () => {
    const stems = (folder: string, ending: string) =>
      readdirSync(join(packageRoot, folder))
        .filter((name) => name.endsWith(ending))
        .map((name) => name.replace(ending, ".html"));
    const expected = [
      ...stems("notebooks", ".ipynb"),
      ...stems("docs", ".md"),
      "index.html",
      "bibliography.html",
    ];
    expect([...book.pages.keys()]).toEqual(expect.arrayContaining(expected));
  });

  it("is light: every page is under 100 kB as a server sends it, and under 500 kB on a disk", () => {
    for (const { file, bytes } of book.report.pages) {
      expect(bytes, file).toBeLessThan(500_000);
      expect(gzipSync(book.pages.get(file)!).length, file).toBeLessThan(100_000);
    }
  });

  /** Whether a live figure takes what follows the # of its page's address for a position of its controls. */
  const isState = (page: string, text: string): boolean => {
    const explorable = EXPLORABLES.find((each) => explorablePageFile(each) === page);
    return (
      explorable !== undefined &&
      text.includes("=") &&
      readState(explorable.controls, text).complaints.length === 0
    );
  };

  it("has no link that leads nowhere", () => {
    const broken: string[] = [];
    let checked = 0;
    for (const [file, document] of documents) {
      for (const element of document.querySelectorAll("[href], [src]")) {
        const address = element.getAttribute("href") ?? element.getAttribute("src")!;
        if (/^(?:https?:|mailto:|data:)/.test(address)) continue;
        checked += 1;
        const [path = "", id] = address.split("#", 2);
        const page = path === "" ? file : decodeURI(path);
        const there = existsSync(join(book.folder, page));
        const anchored =
          id === undefined ||
          isState(page, id) ||
          documents.get(page)?.getElementById(decodeURIComponent(id)) != null;
        if (!there || !anchored) broken.push(`${file}: ${address}`);
      }
    }
    expect(broken).toEqual([]);
    expect(checked).toBeGreaterThan(200);
  });

  it("loads nothing from elsewhere, and runs no script that stands in a page", () => {
    for (const [file, document] of documents) {
      for (const element of document.querySelectorAll("[src], link[href]")) {
        const address = element.getAttribute("src") ?? element.getAttribute("href")!;
        expect(address, file).not.toMatch(/^(?:\/|[a-z]+:(?!image))/i);
      }
      const inline = [...document.querySelectorAll("script:not([src])")].map((script) =>
        script.getAttribute("type"),
      );
      expect(
        inline.filter((type) => type !== "application/json"),
        file,
      ).toEqual([]);
      expect(document.querySelectorAll("[onclick], [onload], [onerror]").length, file).toBe(0);
      expect(document.querySelector("meta[http-equiv]")?.getAttribute("content"), file).toContain(
        "default-src 'none'",
      );
    }
  });

  it("gives every element an identifier of its own", () => {
    for (const [file, document] of documents) {
      const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
      expect(new Set(ids).size, file).toBe(ids.length);
    }
  });

  it("leads through all pages by previous and next", () => {
    const visited = ["index.html"];
    for (;;) {
      const next = documents
        .get(visited.at(-1)!)!
        .querySelector('.neighbours a[rel="next"]')
        ?.getAttribute("href");
      if (next == null) break;
      expect(documents.get(next)!.querySelector('.neighbours a[rel="prev"]')?.getAttribute("href")).toBe(
        visited.at(-1),
      );
      visited.push(next);
    }
    expect([...visited].sort()).toEqual([...book.pages.keys()].sort());
  });

  it("shows every output of every cell: each figure as a picture with words", () => {
    for (const name of readdirSync(join(packageRoot, "notebooks")).filter((each) =>
      each.endsWith(".ipynb"),
    )) {
      const text = readFileSync(join(packageRoot, "notebooks", name), "utf8");
      const notebook = JSON.parse(text) as {
        cells: { id: string; cell_type: string; outputs?: { data?: Record<string, unknown> }[] }[];
      };
      const document = documents.get(name.replace(".ipynb", ".html"))!;
      for (const { id, outputs = [] } of notebook.cells) {
        const cell = document.getElementById(`cell-${id}`);
        expect(cell, `${name}: ${id}`).not.toBeNull();
        expect(cell!.querySelector(".outputs")?.children.length ?? 0, `${name}: ${id}`).toBe(outputs.length);
        const figures = outputs.filter(({ data }) => data?.["image/svg+xml"] !== undefined).length;
        // Of the cell's own: a live figure in its text has one more.
        const pictures = [...cell!.querySelectorAll(".outputs figure img")];
        expect(pictures.length).toBe(figures);
        for (const picture of pictures) expect(picture.getAttribute("alt")!.length).toBeGreaterThan(20);
      }
    }
  });

  it("holds a live figure where a paragraph of a lesson is nothing but a link to one", () => {
    let held = 0;
    for (const name of readdirSync(join(packageRoot, "notebooks")).filter((each) =>
      each.endsWith(".ipynb"),
    )) {
      const { cells } = readNotebook(join(packageRoot, "notebooks", name));
      const links = cells
        .filter(({ cell_type }) => cell_type === "markdown")
        .flatMap(({ source }) => source.split(/\n{2,}/))
        .filter((paragraph) => /^\[[^\]]*\]\([^)]*live-figures\.md#[^)]*\)$/.test(paragraph.trim()));
      const figures = documents.get(name.replace(".ipynb", ".html"))!.querySelectorAll("[data-explorable]");
      expect(figures.length, name).toBe(links.length);
      held += links.length;
    }
    expect(held).toBeGreaterThan(0);
  });

  it("explains every export of the package, formulas in print", () => {
    const source = ["index.ts", "portable.ts"]
      .map((name) => readFileSync(join(packageRoot, "src", "finetune-icl", name), "utf8"))
      .join("\n");
    const names = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)]
      .flatMap(([, list]) =>
        list!.split(",").flatMap((each) =>
          each
            .trim()
            .replace(/^type /, "")
            .split(" ")
            .slice(0, 1),
        ),
      )
      // A namespace is explained by what is in it.
      .filter((name) => name !== "degree");
    const headings = new Map<string, Element>();
    for (const [file, document] of documents) {
      if (!file.startsWith("reference-")) continue;
      for (const heading of document.querySelectorAll("h2")) {
        headings.set(
          String(heading.firstChild?.textContent)
            .replace(/\(\)|<.*/g, "")
            .trim(),
          heading,
        );
      }
    }
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => name !== "" && !headings.has(name))).toEqual([]);
    const page = documents.get("reference-theory.html")!;
    const formulas = [...page.querySelectorAll("annotation")].map((each) => each.textContent?.trim());
    expect(formulas).toContain(formulaTex(VALUE_ONLY_ZERO_SHOT_RISK_INVERSE));
  });

  it("lists a work in the bibliography when it is cited, with the pages that cite it", () => {
    const entry = documents.get("bibliography.html")!.getElementById("lee2026")!;
    expect(entry.textContent).toContain("2602.23197");
    const citing = [...entry.querySelectorAll(".cited a")].map((link) => link.getAttribute("href")!);
    expect(citing).toContain("theory.html");
    for (const file of citing) expect(book.pages.get(file)).toContain('href="bibliography.html#lee2026"');
  });

  it("writes numbers and sentences for people: no exponent, row of zeros, NaN or unset formula in any page's text", () => {
    const wrong: string[] = [];
    for (const [file, document] of documents) {
      const texts: string[] = [];
      const walk = (node: Node) => {
        // Output of a lesson's own prints and what stands as code is written by its author.
        if (node instanceof document.defaultView!.Element && isNoProse(node)) return;
        if (node.nodeType === 3) texts.push(node.textContent ?? "");
        for (let child = node.firstChild; child !== null; child = child.nextSibling) walk(child);
      };
      walk(document.querySelector("article")!);
      for (const text of texts) {
        const found = MACHINE_TEXT.exec(text);
        if (found !== null)
          wrong.push(`${file}: …${text.slice(Math.max(0, found.index - 30), found.index + 40)}…`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("ends every sentence of the ledger and of a live figure with a full stop", () => {
    const ends = [...documents].flatMap(([file, document]) =>
      [...document.querySelectorAll(".evidence, .reason, .words p, figcaption")].map((each) => {
        const copy = each.cloneNode(true) as Element;
        for (const links of copy.querySelectorAll(".links")) links.remove();
        return [file, copy.textContent!.trim()] as const;
      }),
    );
    expect(ends.length).toBeGreaterThan(50);
    expect(ends.filter(([, text]) => !/[.?!)]$/.test(text))).toEqual([]);
  });

  it("folds what prepares a lesson: imports, constants and notation are not its first screen", () => {
    for (const [file, document] of documents) {
      if (!/^\d/.test(file)) continue;
      const names = [...document.querySelectorAll("details.setup > summary")].map((each) => each.textContent);
      expect(names, file).toEqual(
        expect.arrayContaining(["Imports", "Constants that you may change", "Notation"]),
      );
      expect(document.querySelectorAll("details.setup[open]").length, file).toBe(0);
      for (const code of document.querySelectorAll("details.code")) {
        expect(code.textContent, file).not.toMatch(/^Code\d+ lines?import \{/);
      }
    }
  });

  it("promises something on every card of the front page", () => {
    const cards = [...documents.get("index.html")!.querySelectorAll(".cards li")];
    expect(cards.length).toBe(book.pages.size - 1);
    const course = cards.filter((card) => /^\d/.test(card.querySelector("a")!.getAttribute("href")!));
    for (const card of course)
      expect(card.querySelector("p")!.textContent).toMatch(/^Afterwards you can .+\.$/);
    for (const card of cards)
      expect(card.querySelector("p")!.textContent!.length, card.textContent!).toBeGreaterThan(15);
  });

  it("finds what a reader of the field would type", () => {
    const script = readFileSync(join(book.folder, "assets", "search-index.js"), "utf8");
    const json = JSON.parse(script.replace(/^window\.bookSearchIndex = /, "").replace(/;\s*$/, "")) as string;
    const index = MiniSearch.loadJSON(json, SEARCH_OPTIONS);
    const found = (query: string) => index.search(query).map(({ page }) => String(page));
    for (const [query, page] of [
      ["LoRA", /Low-rank/],
      ["PEFT", /Low-rank|Value-only/],
      ["catastrophic forgetting", /forget/i],
      ["ICL", /In-context/i],
      ["transformer", /softmax|layer/i],
      ["SGD", /stop|flow|dynamics/i],
      ["early stopping", /stop/],
      ["ridge", /./],
      ["dataset", /Real tables/],
      ["distribution shift", /Gaussian/],
      ["finetuning", /./],
      ["WiSE-FT", /./],
      ["meta-learning", /./],
    ] as const) {
      const pages = found(query);
      expect(
        pages.slice(0, 6).some((each) => page.test(each)),
        `${query}: ${pages.slice(0, 6).join(" | ")}`,
      ).toBe(true);
    }
    for (const query of [
      "attention",
      "few-shot",
      "zero-shot",
      "overshoot",
      "saddle",
      "Monte Carlo",
      "label noise",
      "value matrix",
      "softmax",
      "OLS",
      "multi-task",
    ]) {
      expect(found(query).length, query).toBeGreaterThan(0);
    }
  });

  it("renders every formula", () => {
    const failed = [...documents].flatMap(([file, document]) =>
      [...document.querySelectorAll(".katex-error")].map((each) => `${file}: ${each.textContent}`),
    );
    expect(failed).toEqual([]);
  });
});

/** Pages that show the ledger, or count its claims. */
const OF_THE_LEDGER = ["index.html", "ledger.html"];

/** Files of the lessons' platform that stand in a worker's program under two paths: each half would know nothing of the other. */
function modulesTwice(script: string): readonly string[] {
  const program = gunzipSync(Buffer.from(/, "([^"]+)"\)/.exec(script)![1]!, "base64")).toString();
  const names = [...program.matchAll(/"[^"]*lesson\/platform\/(\w+\.ts)"\(/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(10);
  return names.filter((name, i) => names.indexOf(name) !== i);
}

describe("finetune-icl book", () => {
  const parent = mkdtempSync(join(tmpdir(), "book-out-"));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it("writes the book, reports it, replaces an earlier one, and writes the same each time", async () => {
    const out = join(parent, "nested", "book");
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "index.html"), '<meta name="generator" content="finetune-icl book">');
    writeFileSync(join(out, "stale.html"), '<meta name="generator" content="finetune-icl book">');
    const first = runCli(["book", "--out", out]);
    expect(first.err).toContain("index.html");
    expect(first.code).toBe(0);
    const report = JSON.parse(first.out) as {
      pages: { file: string; bytes: number }[];
    };
    for (const { file, bytes } of report.pages) {
      expect(existsSync(join(out, file)), file).toBe(true);
      // With the ledger of the project, which is larger than that of the tests.
      expect(bytes, `${file}: bytes on a disk`).toBeLessThan(500_000);
      expect(gzipSync(readFileSync(join(out, file))).length, `${file}: bytes as sent`).toBeLessThan(100_000);
    }
    const written = readdirSync(out).filter((name) => name.endsWith(".html"));
    expect(report.pages.map(({ file }) => file).sort()).toEqual(written.sort());
    // Built in another process, from the sources: the same pages, but for those that show the tests' own ledger or what it cites. Formulas
    // have short names that depend on all formulas of the book, those of the ledger among them.
    const unnamed = (html: string) => html.replaceAll(/ (?:class|style)=(?:"[^"]*"|[^\s>]+)/g, "");
    const { pages } = await sharedBook();
    const other = [...pages].filter(
      ([file, html]) => unnamed(readFileSync(join(out, file), "utf8")) !== unnamed(html),
    );
    expect(
      other.map(([file]) => file).sort(),
      "pages that differ from those built from the sources (are the sources newer than the build?)",
    ).toEqual(OF_THE_LEDGER);
    expect(modulesTwice(readFileSync(join(out, "assets", "lesson-worker.js"), "utf8"))).toEqual([]);
    expect(existsSync(join(out, "stale.html"))).toBe(false);
    expect(readdirSync(join(parent, "nested"))).toEqual(["book"]);
  });

  it("refuses a folder that holds something else, and leaves it alone", async () => {
    const out = join(parent, "precious");
    mkdirSync(out);
    writeFileSync(join(out, "index.html"), "mine");
    const { code, err } = await runMain("book", "--out", out);
    expect(code).toBe(2);
    expect(err).toMatch(/^finetune-icl: --out: holds .*precious.*allowed: a new or empty folder/);
    expect(readFileSync(join(out, "index.html"), "utf8")).toBe("mine");
  });

  it("refuses a file", async () => {
    const out = join(parent, "file");
    writeFileSync(out, "");
    expect((await runMain("book", "--out", out)).code).toBe(2);
  });
});
