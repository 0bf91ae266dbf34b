import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { type BuiltBook, sharedBook } from "../../book/support";
import { violations } from "../../figures/support/axe";
import { browserProgram, startBrowser } from "../../figures/support/browser";
import { packageRoot } from "../../support/root";
import { type OpenLesson, openLesson } from "./support";

const mustRun = process.env.CI !== undefined;
const LESSON = "01-in-context-learning-in-one-layer";

describe.skipIf(browserProgram === undefined && !mustRun)("a lesson that its reader changes", () => {
  let browser: Browser;
  let book: BuiltBook;
  beforeAll(async () => {
    [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  const open = (query = "") =>
    openLesson(browser, book, LESSON, {
      url: `${pathToFileURL(join(book.folder, `${LESSON}.html`)).href}${query}`,
    });
  /** Opens the editor of a cell and puts code into it. */
  async function write({ page, press, says }: OpenLesson, cell: string, code: string): Promise<void> {
    await press("edit", cell);
    await says(/Shift\+Enter/);
    await page.waitForSelector(`#cell-${cell} .cm-content`);
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(code);
  }
  const codeOf = ({ page }: OpenLesson, cell: string) =>
    page.$eval(`#cell-${cell} pre code`, (code) => String(code.textContent));

  it("is edited with the keyboard, keeps the change over a reload, and takes it back when asked twice", async () => {
    const lesson = await open();
    const { page, press, says } = lesson;
    const before = await codeOf(lesson, "draw");
    await write(lesson, "draw", "const own: number = 6 * 7;\nown");
    await page.keyboard.press("Shift+Enter");
    await says(/Cell 7 ran/);
    expect((await lesson.outputOf("draw")).trim()).toBe("42");
    expect(await page.evaluate("document.activeElement.dataset.cell")).toBe("anatomy");
    await page.reload();
    expect(await codeOf(lesson, "draw")).toBe("const own: number = 6 * 7;\nown");
    expect(await page.$eval("#cell-draw", (cell) => "edited" in (cell as HTMLElement).dataset)).toBe(true);
    const answers: boolean[] = [false, true];
    page.on("dialog", (dialog) => (answers.shift() ? dialog.accept() : dialog.dismiss()));
    await press("discard");
    await page.evaluate(() => true);
    await press("run", "import");
    await says(/Cell 1 ran/);
    expect(await codeOf(lesson, "draw")).toContain("own");
    await press("discard");
    await says(/discarded/);
    expect(await codeOf(lesson, "draw")).toBe(before);
    expect(lesson.complaints).toEqual([]);
    await lesson.close();
  });

  it("completes names with what is known about them, and marks an error at its line", async () => {
    const lesson = await open();
    const { page, press, says } = lesson;
    await press("run", "import");
    await says(/Cell 1 ran/);
    await write(lesson, "draw", "const x = 1;\npredictLa");
    await page.keyboard.press("Control+Space");
    await page.waitForSelector(".cm-tooltip-autocomplete li");
    expect(
      await page.$$eval(".cm-tooltip-autocomplete li", (all) => all.map((each) => each.textContent)),
    ).toContain("predictLabel");
    await page.waitForSelector(".cm-completionInfo");
    expect(await page.textContent(".cm-completionInfo")).toMatch(/predictLabel\(.*prompt/s);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText("const x = 1;\nconst text: string = x;");
    await page.keyboard.press("Control+Enter");
    await says(/error/);
    const marked = await page.$$eval("#cell-draw .cm-lintRange-error", (all) =>
      all.map((each) => each.textContent),
    );
    expect(marked).toEqual(["text"]);
    expect(await violations(page)).toEqual([]);
    await lesson.close();
  });

  it("runs what depends on a constant, refuses a value of another type, and links to the constants alone", async () => {
    const lesson = await open();
    const { page, press, says } = lesson;
    await press("parameters", "parameters");
    await page.waitForSelector("form.parameters input[name=dimension]");
    await page.fill("form.parameters input[name=dimension]", "many");
    await page.click("form.parameters button[type=submit]");
    await page.waitForSelector("form.parameters .complaint:not([hidden])");
    expect(await page.textContent("form.parameters .complaint")).toMatch(
      /^dimension: holds "many"; allowed: a number/,
    );
    await page.fill("form.parameters input[name=dimension]", "3");
    await page.click("form.parameters button[type=submit]");
    expect(await says(/cells ran/)).toMatch(/^\d+ cells ran/);
    expect(await codeOf(lesson, "parameters")).toContain("const dimension = 3;");
    await lesson.close();

    const linked = await open("?dimension=2");
    expect(await linked.says(/./)).toContain("dimension = 2");
    await linked.press("run", "parameters");
    // The import above it has not run.
    await linked.says(/error/);
    expect(await codeOf(linked, "parameters")).toContain("const dimension = 2;");
    await linked.close();

    const hostile = await open("?dimension=process.exit()");
    await hostile.press("run", "import");
    expect(await hostile.says(/cannot run/)).toMatch(/allowed: a number/);
    await hostile.close();
  });

  it("is downloaded as a notebook of the kernel, with the reader's code", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lesson-copy-"));
    const lesson = await open();
    await write(lesson, "draw", "const own = 1;");
    const downloading = lesson.page.waitForEvent("download");
    await lesson.press("download");
    const path = join(folder, "copy.ipynb");
    await (await downloading).saveAs(path);
    const notebook = readNotebook(path);
    const original = readNotebook(join(packageRoot, "notebooks", `${LESSON}.ipynb`));
    const sources = ({ cells }: typeof notebook) => cells.map(({ id, source }) => [id, source]);
    expect(sources(notebook)).toEqual(
      sources(original).map(([id, source]) => [id, id === "draw" ? "const own = 1;" : source]),
    );
    expect(notebook.metadata).toEqual(original.metadata);
    await lesson.close();
    rmSync(folder, { recursive: true });
  });

  it("loses persistence where storage is refused, with a word, and nothing else", async () => {
    const context = await browser.newContext();
    await context.addInitScript(() => {
      const refuse = () => {
        throw new DOMException("refused", "QuotaExceededError");
      };
      Object.defineProperty(Storage.prototype, "setItem", { value: refuse });
      Object.defineProperty(Storage.prototype, "getItem", { value: refuse });
    });
    const lesson = await openLesson(browser, book, LESSON, { context });
    await write(lesson, "draw", "'still runs'");
    expect(await lesson.says(/keeps nothing/)).toContain("Download my copy keeps them");
    await lesson.page.keyboard.press("Control+Enter");
    await lesson.says(/Cell 7 ran/);
    expect((await lesson.outputOf("draw")).trim()).toBe("still runs");
    expect(lesson.complaints).toEqual([]);
    await lesson.close();
  });
});
