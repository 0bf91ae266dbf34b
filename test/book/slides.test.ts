import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mapInOrder } from "../../src/base/mapInOrder";
import { buildProjectBook } from "../../src/site/projectBook";
import { violations } from "../figures/support/axe";
import { browserProgram, startBrowser, watchRequests } from "../figures/support/browser";
import { everyThird } from "../support/everyThird";
import { packageRoot } from "../support/root";
import { type BuiltBook, lessonsOf, makeSmallProject, sharedBook } from "./support";

const mustRun = process.env.CI !== undefined;
const SCREENSHOTS = join(packageRoot, "tmp", "slides-screenshots");
const LESSON = "05-value-only-fine-tuning-remembers";

interface TeachingCell {
  readonly metadata: { readonly teaching?: { readonly minutes: number; readonly note?: string } };
}

/** Minutes that the cells of a lesson plan, in their order. */
function plannedMinutes(lesson: string): readonly number[] {
  const text = readFileSync(join(packageRoot, "notebooks", `${lesson}.ipynb`), "utf8");
  return (JSON.parse(text) as { cells: TeachingCell[] }).cells.flatMap(
    ({ metadata }) => metadata.teaching?.minutes ?? [],
  );
}

/** Tests among which the lessons are dealt out, so that each has its own limit against hanging. */
const SHARES = 3;

describe.skipIf(browserProgram === undefined && !mustRun)("a lesson as slides", () => {
  let browser: Browser;
  let book: BuiltBook;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  const address = (lesson: string, folder = book.folder) =>
    pathToFileURL(join(folder, `${lesson}.html`)).href;

  async function open(lesson: string, options: BrowserContextOptions = {}, folder = book.folder) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const asked = await watchRequests(page);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    await page.goto(`${address(lesson, folder)}#/`);
    await page.waitForSelector("html[data-slides]");
    return { page, context, asked, complaints };
  }

  const slideNumber = (page: Page) => page.evaluate("Number(/^#.(\\d+)$/.exec(location.hash)[1])");

  /** What of a slide cannot be seen without scrolling: how many pixels, and of what. */
  const hidden = (page: Page) =>
    page.evaluate(`(() => {
      const slide = document.querySelector(".slides > .present");
      const over = [["slide", slide.scrollHeight - slide.clientHeight]];
      for (const each of slide.querySelectorAll(".katex-display, .canvas, .scroll, pre"))
        over.push([each.className + ": " + each.textContent.slice(0, 60), each.scrollWidth - each.clientWidth]);
      return over.filter(([, pixels]) => pixels > 1).map(([what, pixels]) => pixels + " px of " + what);
    })()`) as Promise<readonly string[]>;

  it.each(Array.from({ length: SHARES }, (_, i) => i + 1))(
    `shows every lesson whole, nothing cut off and every figure live (share %i of ${SHARES})`,
    async (share) => {
      const own = everyThird(lessonsOf(book)).filter((_, i) => i % SHARES === share - 1);
      const check = async (lesson: string) => {
        const { page, context, asked, complaints } = await open(lesson);
        const count = Number(await page.getAttribute("html", "data-slides"));
        expect(count, lesson).toBeGreaterThan(10);
        const wrong: string[] = [];
        let live = 0;
        for (let i = 0; i < count; i += 1) {
          expect(await slideNumber(page), lesson).toBe(i);
          for (const figure of await page.$$(".present figure:has(script.figure-data)")) {
            await figure.waitForSelector("xpath=self::*[@data-state]");
            live += Number((await figure.getAttribute("data-state")) === "live");
          }
          for (const held of await page.$$(".present .explorable"))
            await held.waitForSelector("xpath=self::*[@data-state='live']");
          for (const what of await hidden(page)) wrong.push(`slide ${i + 1}: ${what}`);
          if (lesson === LESSON || i < 3)
            await page.screenshot({
              path: join(SCREENSHOTS, `${lesson}-${String(i + 1).padStart(2, "0")}.png`),
            });
          await page.keyboard.press("ArrowRight");
        }
        expect(wrong, lesson).toEqual([]);
        expect(live, `${lesson}: live figures`).toBeGreaterThan(0);
        const headings = (html: string) => [...html.matchAll(/<h[12] id="([^"]+)"/g)].map(([, id]) => id);
        const onSlides = await page.$$eval(".slides :is(h1, h2)", (all) => all.map(({ id }) => id));
        expect(onSlides, lesson).toEqual(
          headings(/<article>.*<\/article>/s.exec(book.pages.get(`${lesson}.html`)!)![0]),
        );
        const minutes = await page.$$eval(".slides .notes", (all) =>
          all.flatMap(({ textContent }) => /^(\d+) minutes/.exec(textContent ?? "")?.slice(1) ?? []),
        );
        expect(minutes.map(Number), `${lesson}: minutes in the notes`).toEqual(plannedMinutes(lesson));
        expect(complaints, lesson).toEqual([]);
        expect(
          asked.filter((url) => !url.startsWith(pathToFileURL(book.folder).href)),
          lesson,
        ).toEqual([]);
        await context.close();
      };
      await mapInOrder(own, 2, check, () => {});
    },
    300_000,
  );

  it("has the notes in a window of the speaker's own, and each window follows the other", async () => {
    const { page, context, complaints } = await open(LESSON);
    const opening = context.waitForEvent("page");
    await page.keyboard.press("s");
    const speaker = await opening;
    // Asked from here: what a page is told to wait for, it evaluates later, which its content security policy forbids.
    const hashOf = (window: Page) => window.evaluate(() => location.hash);
    await speaker.waitForSelector("html[data-slides]");
    const notes = speaker.locator(".speaker-notes");
    expect(await notes.textContent()).toContain("3 minutes.");
    await speaker.keyboard.press("ArrowRight");
    await expect.poll(() => hashOf(page), { timeout: 30_000 }).toBe("#/1");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => hashOf(speaker), { timeout: 30_000 }).toBe("#/2");
    await speaker.screenshot({ path: join(SCREENSHOTS, "speaker.png") });
    expect(await page.locator(".speaker-notes").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("has live figures that answer on their slide: arrows move the control, not the slides", async () => {
    const root = mkdtempSync(join(tmpdir(), "slides-"));
    makeSmallProject(root, ["course.md", "live-figures.md"], {
      [`${LESSON}.ipynb`]: join("notebooks", `${LESSON}.ipynb`),
    });
    const path = join(root, "notebooks", `${LESSON}.ipynb`);
    const notebook = JSON.parse(readFileSync(path, "utf8")) as { cells: object[] };
    const held = "[Turn the angle](../docs/live-figures.md#risk-curves?angle=90)";
    notebook.cells.splice(2, 0, { cell_type: "markdown", id: "live", metadata: {}, source: held });
    writeFileSync(path, JSON.stringify(notebook));
    const folder = join(root, "book");
    await buildProjectBook(root, folder, { reference: false, running: false });
    const { page, context, complaints } = await open(LESSON, {}, folder);
    const at = Number(
      await page.evaluate(
        '[...document.querySelector(".reveal .slides").children].findIndex((slide) => slide.querySelector(".explorable"))',
      ),
    );
    expect(at, `slides of ${LESSON} with a live figure`).toBeGreaterThan(0);
    for (let i = 0; i < at; i += 1) await page.keyboard.press("ArrowRight");
    await page.waitForSelector(".present .explorable[data-state=live]");
    const drawn = () =>
      page.evaluate(
        "JSON.stringify(document.querySelector('.present .js-plotly-plot').data.map(({ x, y, z }) => [x, y, z]))",
      );
    const before = await drawn();
    const words = await page.innerText(".present .words");
    await page.focus(".present input[name=noiseVariance]");
    for (let i = 0; i < 4; i += 1) await page.keyboard.press("ArrowRight");
    await expect.poll(drawn, { timeout: 30_000 }).not.toBe(before);
    expect(await page.innerText(".present .words")).not.toBe(words);
    expect(await slideNumber(page)).toBe(at);
    expect(await hidden(page), "hidden on the slide").toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, "live-control.png") });
    expect(complaints).toEqual([]);
    await context.close();
    rmSync(root, { recursive: true, force: true });
  });

  it("is clean for axe-core in light and dark, fits a narrow screen, and leads back", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, context } = await open(LESSON, { colorScheme });
      for (let i = 0; i < 4; i += 1) await page.keyboard.press("ArrowRight");
      await page.screenshot({ path: join(SCREENSHOTS, `${colorScheme}.png`) });
      // What differs between the two is colours.
      const rules = colorScheme === "light" ? {} : { runOnly: ["color-contrast"] };
      // The arrows are no panel of a live figure, though they are called so.
      expect(await page.$eval(".reveal > .controls", (arrows) => getComputedStyle(arrows).borderStyle)).toBe(
        "none",
      );
      expect(await violations(page, rules), colorScheme).toEqual([]);
      await context.close();
    }
    const { page, context } = await open(LESSON, { viewport: { width: 360, height: 740 } });
    for (let i = 0; i < 6; i += 1) {
      expect(await hidden(page), `narrow, slide ${i + 1}`).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      if (i === 3) await page.screenshot({ path: join(SCREENSHOTS, "narrow.png") });
      await page.keyboard.press("ArrowRight");
    }
    await page.click("text=Back to the lesson");
    await page.waitForSelector("header.bar");
    expect(await page.isVisible("h1")).toBe(true);
    await context.close();
  });

  it("costs a page nothing until it is asked for", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const asked = await watchRequests(page);
    await page.goto(address(LESSON));
    expect(asked.filter((url) => url.includes("slides"))).toEqual([]);
    await page.click("button.slides");
    await page.waitForSelector("html[data-slides]");
    expect(asked.some((url) => url.endsWith("assets/slides.js"))).toBe(true);
    await context.close();
  });
});
