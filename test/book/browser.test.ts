import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mapInOrder } from "../../src/base/mapInOrder";
import { violations } from "../figures/support/axe";
import { browserProgram, startBrowser, watchRequests } from "../figures/support/browser";
import { everyThird, IS_WHOLE } from "../support/everyThird";
import { packageRoot } from "../support/root";
import { type BuiltBook, sharedBook } from "./support";

// On a build machine nothing is skipped.
const mustRun = process.env.CI !== undefined;

/** Where a person can look at what the tests saw. */
const SCREENSHOTS = join(packageRoot, "tmp", "book-screenshots");

/** Tests among which the pages are dealt out. */
const SHARES = 5;

describe.skipIf(browserProgram === undefined && !mustRun)("the book in a real browser", () => {
  let browser: Browser;
  let book: BuiltBook;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  const address = (file: string) => pathToFileURL(join(book.folder, file)).href;

  /** Opens a page and collects what goes wrong in it. */
  async function open(file: string, options: BrowserContextOptions = {}, url = address(file)) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const asked = await watchRequests(page);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("requestfailed", (request) => {
      // What is on its way when a page is left is not loaded.
      if (request.failure()?.errorText !== "net::ERR_ABORTED")
        complaints.push(`not loaded: ${request.url()}: ${request.failure()?.errorText}`);
    });
    await page.goto(url, { waitUntil: "load" });
    return { page, asked, complaints, close: () => context.close() };
  }

  /** Scrolls to every figure and waits until those that can be live are. */
  async function seeAllFigures(page: Page): Promise<void> {
    // Asked from outside, because the page's policy forbids to evaluate code in it.
    for (const live of await page.$$("figure:has(script.figure-data)")) {
      await live.scrollIntoViewIfNeeded();
      await live.waitForSelector("xpath=self::*[@data-state]");
    }
    for (const live of await page.$$(".explorable")) {
      await live.scrollIntoViewIfNeeded();
      await live.waitForSelector("xpath=self::*[@data-state]");
    }
    await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })");
  }

  /** Pixels by which the page is wider than its window. */
  const overhang = (page: Page) =>
    page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    ) as Promise<number>;

  /** Pages by their kind; one that is like no other is a kind of its own. */
  const kinds = (): ReadonlyMap<string, readonly string[]> => {
    const guides = new Set(
      readdirSync(join(packageRoot, "docs")).map((name) => name.replace(".md", ".html")),
    );
    const kindOf = (file: string) => {
      if (/^\d/.test(file)) return "lesson";
      return guides.has(file) ? "guide" : (/^(?:explore|reference)-/.exec(file)?.[0] ?? file);
    };
    const found = new Map<string, string[]>();
    for (const file of book.pages.keys()) {
      const kind = kindOf(file);
      found.set(kind, [...(found.get(kind) ?? []), file]);
    }
    return found;
  };

  /** Traces and points of every live figure, as drawn and as its data has them. */
  const drawnAndGiven = (page: Page) =>
    page.$$eval("figure[data-state=live]", (figures) =>
      figures.map((figure) => {
        const text = String(figure.querySelector("script")?.textContent);
        const { data: all } = JSON.parse(text) as { data: { type: string; mode: string; x: unknown[] }[] };
        // Contours are drawn elsewhere, and are no traces of points.
        const data = all.filter(({ type }) => type === "scatter");
        const marked = data.filter(({ mode }) => mode.includes("markers"));
        return [
          figure.querySelectorAll(".scatterlayer .trace").length,
          figure.querySelectorAll(".scatterlayer path.point").length,
          data.length,
          marked.reduce((sum, { x }) => sum + x.length, 0),
        ] as const;
      }),
    );

  /**
   * How much of the opening figure a lesson shows in a first screen of 800 pixels, whether the question stands above it, and the pixels that its
   * column hides.
   */
  const firstScreen = (page: Page) =>
    page.evaluate(`(() => {
      const canvas = document.querySelector("article figure.figure .canvas");
      const { top, height } = canvas.getBoundingClientRect();
      const question = document.querySelector("article h1 ~ p").getBoundingClientRect();
      return { share: (800 - top) / height, question: question.bottom <= top, hidden: canvas.scrollWidth - canvas.clientWidth };
    })()`) as Promise<{ share: number; question: boolean; hidden: number }>;

  // All pages in one test would take longer than a test may on a machine that does other things too: each share has its own
  // limit against hanging, and some of the lessons.
  const shares = Array.from({ length: SHARES }, (_, i) => i + 1);
  it.each(shares)(
    `loads pages of every kind (share %i of ${SHARES}): figures drawn, no complaint, first screens, axe-core in light and dark, a narrow window`,
    async (share) => {
      let figures = 0;
      const all = [...kinds().values()];
      // Colours are those of the style sheet: all pages of a kind have the same.
      const first = new Set(all.map(([file]) => file));
      const check = async (file: string) => {
        const { page, asked, complaints, close } = await open(file);
        await seeAllFigures(page);
        const look = async (how: string) => {
          if (/^(?:index|01|explore|ledger)/.test(file)) {
            await page.screenshot({ path: join(SCREENSHOTS, `${file.replace(".html", "")}-${how}.png`) });
          }
        };
        for (const [traces, points, givenTraces, givenPoints] of await drawnAndGiven(page)) {
          expect([traces, points], file).toEqual([givenTraces, givenPoints]);
          figures += 1;
        }
        if (/^\d\d/.test(file)) {
          const { share: seen, question, hidden } = await firstScreen(page);
          expect(seen, `${file}: share of the opening figure in the first screen`).toBeGreaterThan(0.6);
          expect(question, `${file}: the question stands above it`).toBe(true);
          // Four panels side by side with their names need more than the column: they scroll, and say so.
          if (!file.startsWith("13"))
            expect(hidden, `${file}: pixels hidden to the right`).toBeLessThanOrEqual(1);
        }
        await look("light");
        expect(await violations(page), file).toEqual([]);
        if (first.has(file) || IS_WHOLE) {
          await page.click("button.theme");
          await look("dark");
          expect(await violations(page, { runOnly: ["color-contrast"] }), `${file}, dark`).toEqual([]);
        }
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await overhang(page), `${file}, narrow`).toBeLessThanOrEqual(0);
        await look("narrow");
        expect(complaints, file).toEqual([]);
        expect(
          asked.filter((url) => !url.startsWith(address(""))),
          file,
        ).toEqual([]);
        const missingFonts = "[...document.fonts].filter(({ status }) => status === 'error').length";
        expect(await page.evaluate(missingFonts), file).toBe(0);
        await close();
      };
      const own = all
        .flatMap(everyThird)
        .sort()
        .filter((_, i) => i % SHARES === share - 1);
      await mapInOrder(own, 2, check, () => {});
      expect(figures).toBeGreaterThan(0);
    },
  );

  it("fits a narrow screen from the start", async () => {
    for (const file of ["04-full-fine-tuning-forgets.html"]) {
      const { page, complaints, close } = await open(file, { viewport: { width: 360, height: 740 } });
      await seeAllFigures(page);
      expect(await overhang(page), file).toBeLessThanOrEqual(0);
      expect(complaints, file).toEqual([]);
      await close();
    }
  });

  it("keeps titles and legends apart, and says what scrolls, in every figure of a lesson at 390 px", async () => {
    for (const file of ["07-query-key-value.html", "02-the-exact-risk-of-any-model.html"].filter((each) =>
      book.pages.has(each),
    )) {
      const { page, close } = await open(file, { viewport: { width: 390, height: 844 } });
      await seeAllFigures(page);
      const wrong =
        (await page.evaluate(`[...document.querySelectorAll("figure[data-state=live]")].flatMap((figure) => {
        const box = (selector) => figure.querySelector(selector)?.getBoundingClientRect();
        const [title, legend, canvas] = [box(".gtitle"), box("g.legend"), figure.querySelector(".canvas")];
        const meet = title !== undefined && legend !== undefined && title.bottom > legend.top + 1;
        const silent = canvas.scrollWidth > canvas.clientWidth + 1 && canvas.dataset.more === undefined;
        return meet || silent ? [figure.querySelector("img").alt.slice(0, 60) + (meet ? ": title meets legend" : ": scrolls silently")] : [];
      })`)) as readonly string[];
      expect(wrong, file).toEqual([]);
      const formulas = (await page.evaluate(`[...document.querySelectorAll(".katex-display")].filter((each) =>
        each.scrollWidth > each.clientWidth + 1 && each.dataset.more === undefined).length`)) as number;
      expect(formulas, file).toBe(0);
      await close();
    }
  });

  it("finds a section by keyboard alone", async () => {
    const { page, complaints, close } = await open("index.html");
    // What is on its way when a reader goes to another page is not loaded.
    await seeAllFigures(page);
    await page.keyboard.press("/");
    await page.keyboard.type("gradient flow picks");
    await page.waitForSelector("#search-results a");
    await page.keyboard.press("ArrowDown");
    const first = await page.evaluate("document.activeElement.getAttribute('href')");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.href.endsWith(String(first)));
    expect(first).toMatch(/^(?:0[48]-|theory).*#/);
    expect(await page.textContent("h1")).not.toContain("Fine-tuning and in-context learning");
    expect(complaints).toEqual([]);
    await close();
  });

  it("remembers dark and light, folds and copies code", async () => {
    const { page, close } = await open("01-in-context-learning-in-one-layer.html", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const theme = () => page.evaluate("document.documentElement.dataset.theme");
    expect(await theme()).toBe("light");
    await page.click("button.theme");
    await page.reload();
    expect(await theme()).toBe("dark");

    const opened = () =>
      page.$$eval("details.code:not(.answer, .check)", (all) => all.map((each) => each.hasAttribute("open")));
    expect(new Set(await opened())).toEqual(new Set([true, false]));
    await page.click("button.fold");
    expect((await opened()).every(Boolean)).toBe(true);

    // The button says it for a second and a half, which a busy machine may spend elsewhere: what it says is written down.
    const said = await page.evaluateHandle(() => {
      const button = document.querySelector(".cell.code .copy")!;
      const words: string[] = [];
      new MutationObserver(() => words.push(button.textContent ?? "")).observe(button, { childList: true });
      return words;
    });
    await page.click(".cell.code .copy");
    await expect.poll(() => said.jsonValue(), { timeout: 30_000 }).toContain("Copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain('from "finetune-icl"');
    await close();
  });

  it("filters and sorts the ledger", async () => {
    const { page, complaints, close } = await open("ledger.html");
    const rows = () =>
      page.$$eval("table.ledger tbody tr:not([hidden]) a", (links) =>
        links.map((link) => String(link.getAttribute("href"))),
      );
    const inOrder = ["#value-only-price", "#asymptote-without-noise", "#slow-escape"];
    expect(await rows()).toEqual(inOrder);
    await page.click("table.ledger th:last-child button");
    expect(await rows()).toEqual([inOrder[1], inOrder[2], inOrder[0]]);
    expect(await page.getAttribute("table.ledger th:last-child", "aria-sort")).toBe("ascending");
    await page.click("table.ledger th:last-child button");
    expect(await rows()).toEqual([inOrder[0], inOrder[2], inOrder[1]]);
    await page.selectOption("[name=verdict]", "refuted");
    expect(await rows()).toEqual([inOrder[1]]);
    expect(await page.isVisible("#value-only-price")).toBe(false);
    await page.selectOption("[name=verdict]", "");
    await page.fill("[name=words]", "keys apart");
    expect(await rows()).toEqual([inOrder[2]]);
    expect(await page.innerText(".filter output")).toBe("1 claim");
    expect(complaints).toEqual([]);
    await close();
  });

  it("opens and closes the contents on a narrow screen", async () => {
    const { page, close } = await open("theory.html", { viewport: { width: 360, height: 740 } });
    expect(await page.isVisible("#contents")).toBe(false);
    await page.click("button.menu");
    expect(await page.isVisible("#contents")).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.isVisible("#contents")).toBe(false);
    await close();
  });

  it("can be read without JavaScript: text, mathematics, pictures, contents", async () => {
    const { page, close } = await open("04-full-fine-tuning-forgets.html", {
      javaScriptEnabled: false,
    });
    for (const selector of ["#contents", "figure img", ".katex", "details.code"]) {
      expect(await page.isVisible(selector), selector).toBe(true);
    }
    for (const selector of ["button.theme", ".search", "button.fold"]) {
      expect(await page.isVisible(selector), selector).toBe(false);
    }
    await close();
  });

  it("prints the pictures, not the live figures nor the controls", async () => {
    const { page, close } = await open("01-in-context-learning-in-one-layer.html");
    await seeAllFigures(page);
    const pdf = await page.pdf({ path: join(SCREENSHOTS, "print.pdf"), format: "A4" });
    expect(pdf.length).toBeGreaterThan(50_000);
    await page.emulateMedia({ media: "print" });
    expect(await page.isVisible("figure img")).toBe(true);
    for (const selector of [".live", "header.bar", "#contents", ".tools"]) {
      expect(await page.isVisible(selector), selector).toBe(false);
    }
    // What only prepares is left out, so that the opening figure stands on the first page; what is told is not.
    const folds = (await page.evaluate(`(() => {
      dispatchEvent(new Event("beforeprint"));
      const shown = (all) => [...document.querySelectorAll(all)].filter((each) => each.checkVisibility());
      const found = [
        shown(".opening > details").length,
        shown("details.setup:has(.outputs) table").length,
        shown(".cell:not(.opening) > details.code:not(.answer, .check)").every(({ open }) => open),
      ];
      dispatchEvent(new Event("afterprint"));
      return found;
    })()`)) as readonly unknown[];
    expect(folds, "opening code, notation, other code unfolded").toEqual([0, 1, true]);
    await close();
  });

  it("works from a sub-path of a web server", async () => {
    const types: Readonly<Record<string, string>> = {
      ".html": "text/html; charset=utf-8",
      ".css": "text/css",
      ".js": "text/javascript",
      ".svg": "image/svg+xml",
    };
    const server = createServer((request, response) => {
      const path = decodeURI(new URL(request.url!, "http://x").pathname).replace("/some/path/", "");
      const file = join(book.folder, path);
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
      return response
        .setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream")
        .end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/path/`;
    const file = "01-in-context-learning-in-one-layer.html";
    const { page, asked, complaints, close } = await open(file, {}, base + file);
    await seeAllFigures(page);
    expect(await page.$$eval("figure[data-state=live]", (all) => all.length)).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(base))).toEqual([]);
    await close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
