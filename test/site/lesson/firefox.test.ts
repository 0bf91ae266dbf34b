import { spawnSync } from "node:child_process";
import { type Browser, firefox } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltBook, sharedBook } from "../../book/support";
import { openLesson } from "./support";

const LESSON = "01-in-context-learning-in-one-layer";

/** The Firefox that FIREFOX_PATH names, or the first on the PATH that runs. */
const named = process.env.FIREFOX_PATH;
const program = (named === undefined ? ["firefox-esr", "firefox"] : [named])
  .map((name) => spawnSync(`command -v "${name}"`, { shell: true, encoding: "utf8" }).stdout.trim())
  .find((path) => path !== "" && spawnSync(path, ["--version"]).status === 0);
if (program === undefined) console.log("No Firefox here: set FIREFOX_PATH to run a lesson in it.");

/**
 * What Firefox says of pages that is no fault of theirs: TensorFlow tries WebAssembly and does without; a subscript before its letter stands on
 * nothing, which MathML allows and Firefox remarks on.
 */
const REMARKS = /blocked WebAssembly|Incorrect number of children for <msu[bp]/;

// Who names a Firefox wants it tried.
describe.skipIf(program === undefined && named === undefined)("a lesson in Firefox", () => {
  let browser: Browser;
  let book: BuiltBook;
  beforeAll(async () => {
    [browser, book] = await Promise.all([
      // As Mozilla builds it, by the protocol that it speaks itself.
      firefox.launch({ executablePath: program ?? named!, channel: "moz-firefox" }),
      sharedBook(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  it("holds, from the file system", async () => {
    const lesson = await openLesson(browser, book, LESSON);
    await lesson.press("check");
    expect(await lesson.says(/holds|give another|error|cannot/)).toMatch(
      /^It holds: all \d+ cells give what is stored \(\d+ s\)\.$/,
    );
    expect(lesson.complaints.filter((text) => !REMARKS.test(text))).toEqual([]);
    await lesson.close();
  });
});
