import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltBook, sharedBook } from "../../book/support";
import { Firefox, firefoxProgram } from "../../figures/support/firefox";

const LESSON = "01-in-context-learning-in-one-layer";
const program = firefoxProgram();
if (program === undefined) console.log("No Firefox here: set FIREFOX_PATH to run a lesson in it.");

// Who names a Firefox wants it tried.
describe.skipIf(program === undefined && process.env.FIREFOX_PATH === undefined)(
  "a lesson in Firefox",
  () => {
    let browser: Firefox;
    let book: BuiltBook;
    beforeAll(async () => {
      [browser, book] = await Promise.all([Firefox.start(program ?? "firefox"), sharedBook()]);
    });
    afterAll(async () => {
      await browser?.close();
    });

    it("holds, from the file system, and its figures are drawn", async () => {
      await browser.open(pathToFileURL(join(book.folder, `${LESSON}.html`)).href);
      await browser.evaluate("document.querySelector('button[data-action=check]').click()");
      const said = () => browser.evaluate("return document.querySelector('.lesson-status').textContent");
      await expect.poll(said, { timeout: 200_000, interval: 200 }).toMatch(/holds|give another|error|cannot/);
      expect(await said()).toMatch(/^It holds: all \d+ cells give what is stored \(\d+ s\)\.$/);
      const live = "return document.querySelectorAll('figure[data-state=live] .main-svg').length";
      expect(await browser.evaluate(live)).toBeGreaterThan(0);
    });
  },
);
