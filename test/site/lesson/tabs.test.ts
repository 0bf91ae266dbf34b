import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BuiltBook, sharedBook } from "../../book/support";
import { browserProgram, startBrowser } from "../../figures/support/browser";
import { noticesOf, type OpenLesson, openLesson, shownCode, writeCode } from "./support";

const mustRun = process.env.CI !== undefined;
const LESSON = "01-in-context-learning-in-one-layer";

describe.skipIf(browserProgram === undefined && !mustRun)("a lesson in two tabs", () => {
  let browser: Browser;
  let book: BuiltBook;
  let context: BrowserContext;
  beforeAll(async () => {
    [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  const url = () => pathToFileURL(join(book.folder, `${LESSON}.html`)).href;
  const open = () => openLesson(browser, book, LESSON, { context, url: url() });
  const editorText = ({ page }: OpenLesson, cell: string) => page.textContent(`#cell-${cell} .cm-content`);

  it("has in each what was changed in the other, cell by cell, and after a reload", async () => {
    const [one, two] = [await open(), await open()];
    await writeCode(one, "draw", "'one'");
    await expect.poll(() => shownCode(two, "draw")).toBe("'one'");
    await writeCode(two, "anatomy", "'two'");
    await expect
      .poll(() => noticesOf(one))
      .toBe("Cell 8 was changed in another tab, and stands so here, too.");
    expect(await shownCode(one, "anatomy")).toBe("'two'");
    // The cell that both have open.
    await writeCode(two, "draw", "'one and two'");
    await expect.poll(() => editorText(one, "draw")).toBe("'one and two'");
    await one.page.click("#cell-draw .cm-content");
    await one.page.keyboard.press("Control+Z");
    await expect.poll(() => editorText(one, "draw")).toBe("'one'");
    await expect.poll(() => editorText(two, "draw")).toBe("'one'");
    for (const tab of [one, two]) {
      await tab.page.reload();
      expect([await shownCode(tab, "draw"), await shownCode(tab, "anatomy")]).toEqual(["'one'", "'two'"]);
      expect(tab.complaints).toEqual([]);
    }
  });

  it("discards what it names in both, and a change that the other tab makes later stays", async () => {
    const [one, two] = [await open(), await open()];
    const original = await shownCode(one, "draw");
    await writeCode(one, "draw", "'one'");
    await writeCode(two, "anatomy", "'two'");
    const asked: string[] = [];
    one.page.on("dialog", async (dialog) => {
      asked.push(dialog.message());
      await dialog.accept();
    });
    await expect.poll(() => shownCode(one, "anatomy")).toBe("'two'");
    await one.press("discard");
    await one.says(/discarded/);
    expect(asked).toEqual(["Discard your changes in cells 7 to 8? They cannot be brought back."]);
    await expect.poll(() => noticesOf(two)).toContain("its changes were discarded in another tab");
    expect(await shownCode(two, "draw")).toBe(original);
    expect(await editorText(two, "anatomy")).not.toBe("'two'");
    await two.page.click("#cell-anatomy .cm-content");
    await two.page.keyboard.press("Control+A");
    await two.page.keyboard.insertText("'two again'");
    await two.page.reload();
    expect(await shownCode(two, "anatomy")).toBe("'two again'");
    expect(await shownCode(two, "draw")).toBe(original);
    expect([...one.complaints, ...two.complaints]).toEqual([]);
  });
});
