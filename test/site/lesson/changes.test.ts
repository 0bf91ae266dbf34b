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
import { noticesOf, openLesson, shownCode, writeCode } from "./support";

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
  const [write, codeOf] = [writeCode, shownCode];

  it("is edited with the keyboard, keeps the change over a reload, and takes it back when asked twice", async () => {
    const lesson = await open();
    const { page, press, says } = lesson;
    const before = await codeOf(lesson, "draw");
    await write(lesson, "draw", "const own: number = 6 * 7;\nown");
    // It would copy what stood there before.
    expect(await page.isHidden("#cell-draw .copy")).toBe(true);
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
    expect(await hostile.says(/Nothing has run/)).toMatch(
      /allowed: a number.* The next run takes the book.s\.$/,
    );
    // From the editor, too, and the next run goes on without the address.
    await hostile.page.reload();
    await write(hostile, "draw", "'mine'");
    await hostile.page.keyboard.press("Control+Enter");
    await hostile.says(/Nothing has run/);
    await hostile.page.keyboard.press("Control+Enter");
    await hostile.says(/Cell 7 ran/);
    expect(hostile.complaints).toEqual([]);
    await hostile.close();
  });

  it("shows in the form what an edited cell of constants holds, and changes nothing else in it", async () => {
    const lesson = await open();
    const { page, press, says } = lesson;
    const book = await codeOf(lesson, "parameters");
    await press("parameters", "parameters");
    await page.waitForSelector("form.parameters input[name=dimension]");
    const changed = `// My own note.\n${book.replace(/dimension = \d+/, "dimension = 4")}`;
    await write(lesson, "parameters", changed);
    const dimension = "form.parameters input[name=dimension]";
    await expect.poll(() => page.inputValue(dimension)).toBe("4");
    await expect
      .poll(() => page.textContent("form.parameters .note"))
      .toMatch(/^The cell itself has been changed\. .*the rest of the change stays\.$/);
    await page.fill(dimension, "3");
    await page.click("form.parameters button[type=submit]");
    await says(/cells ran/);
    expect(await codeOf(lesson, "parameters")).toBe(changed.replace("dimension = 4", "dimension = 3"));
    // A constant that is computed is no field.
    await write(lesson, "parameters", changed.replace("dimension = 4", "dimension = 1 + 2"));
    await expect
      .poll(() => page.textContent("form.parameters .note"))
      .toContain(" dimension: no plain value any more");
    expect(await page.$(dimension)).toBeNull();
    expect(lesson.complaints).toEqual([]);
    await lesson.close();
  });

  it("takes what is foreign in a link for nothing, and says so", async () => {
    const lesson = await open("?utm_source=mail&dimension=2&foo=1");
    expect(await lesson.says(/./)).toBe("This link asks for dimension = 2: Run all computes the lesson so.");
    await lesson.press("run-to", "parameters");
    await lesson.says(/2 cells ran/);
    expect(await codeOf(lesson, "parameters")).toContain("const dimension = 2;");
    expect(await noticesOf(lesson)).toBe(
      "This page's address also says utm_source, foo, which is no constant of this lesson and changes nothing.",
    );
    await lesson.close();
  });

  it("puts a link's constants into the reader's own cell of constants, and loses none of it", async () => {
    const context = await browser.newContext();
    const url = pathToFileURL(join(book.folder, `${LESSON}.html`)).href;
    const first = await openLesson(browser, book, LESSON, { context, url });
    const own = `// My own note.\n${await codeOf(first, "parameters")}`;
    await write(first, "parameters", own);
    await first.page.close();
    const linked = await openLesson(browser, book, LESSON, { context, url: `${url}?dimension=2` });
    await linked.press("run-to", "parameters");
    await linked.says(/2 cells ran/);
    const shown = await codeOf(linked, "parameters");
    expect(shown).toBe(own.replace(/dimension = \d+/, "dimension = 2"));
    await linked.page.goto(url);
    expect(await codeOf(linked, "parameters")).toBe(own);
    await linked.close();
  });

  it("asks before a copy takes the place of changes, and refuses another lesson's notebook by its name", async () => {
    const lesson = await open();
    const { page, says } = lesson;
    await write(lesson, "draw", "'mine'");
    const give = async (name: string, notebook: object) =>
      page.setInputFiles("input[type=file]", {
        name,
        mimeType: "application/x-ipynb+json",
        buffer: Buffer.from(JSON.stringify(notebook)),
      });
    const read = (name: string) => readNotebook(join(packageRoot, "notebooks", `${name}.ipynb`));
    const asked: string[] = [];
    let isAgreed = false;
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      void (isAgreed ? dialog.accept() : dialog.dismiss());
    });
    const other = read("02-the-exact-risk-of-any-model");
    await give("other.ipynb", other);
    expect(await says(/other\.ipynb/)).toBe(
      `other.ipynb is no copy of this lesson: it is «${/^# (.+)$/m.exec(other.cells[0]!.source)![1]}»`,
    );
    const copy = read(LESSON);
    await give("copy.ipynb", copy);
    expect(await says(/copy\.ipynb/)).toBe("copy.ipynb is not opened: your changes stay.");
    expect(await codeOf(lesson, "draw")).not.toBe("'mine'");
    expect(await page.textContent("#cell-draw .cm-content")).toBe("'mine'");
    isAgreed = true;
    await give("copy.ipynb", copy);
    await says(/copy\.ipynb holds the lesson as it is/);
    expect(await codeOf(lesson, "draw")).toBe(copy.cells.find(({ id }) => id === "draw")!.source);
    // Nothing is lost any more.
    await give("copy.ipynb", copy);
    await says(/copy\.ipynb holds the lesson as it is/);
    const question = "Open copy.ipynb in place of your changes in cell 7? They cannot be brought back.";
    expect(asked).toEqual([question, question]);
    await lesson.close();
  });

  it("completes names after Stop, too, and says so when a cell is running", async () => {
    const lesson = await open();
    const { page, press, says } = lesson;
    await write(lesson, "import", "for (;;) {}");
    await page.keyboard.press("Control+Enter");
    await says(/Running cell 1/);
    await page.keyboard.press("Control+Space");
    await page.waitForSelector(".cm-tooltip-autocomplete li");
    expect(await page.textContent(".cm-tooltip-autocomplete li")).toContain("A cell is running");
    await page.keyboard.press("Escape");
    await press("stop");
    await says(/Stopped/);
    await page.click("#cell-import .cm-content");
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText("const text = 'a';\ntext.toUpperC");
    await page.keyboard.press("Control+Space");
    await page.waitForSelector(".cm-tooltip-autocomplete li");
    expect(await page.textContent(".cm-tooltip-autocomplete li")).toContain("toUpperCase");
    expect(lesson.complaints).toEqual([]);
    await lesson.close();
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
    const words =
      "This browser keeps nothing for this page: your changes stay until you leave it. Download my copy keeps them.";
    await expect.poll(() => noticesOf(lesson)).toBe(words);
    await lesson.page.keyboard.press("Control+Enter");
    await lesson.says(/Cell 7 ran/);
    expect((await lesson.outputOf("draw")).trim()).toBe("still runs");
    expect(await noticesOf(lesson), "other words take its place nowhere").toBe(words);
    expect(lesson.complaints).toEqual([]);
    await lesson.close();
  });
});
