import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeCourseCopy } from "../../../src/notebooks/course/courseCopy";
import { gradeSubmission } from "../../../src/notebooks/course/grade";
import { type Lesson, readLesson } from "../../../src/notebooks/course/lesson";
import { type LessonChecks, recordChecks } from "../../../src/notebooks/course/lessonChecks";
import { findSandbox } from "../../../src/notebooks/course/sandbox";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { buildProjectBook } from "../../../src/site/projectBook";
import { makeSmallProject } from "../../book/support";
import { browserProgram, startBrowser } from "../../figures/support/browser";
import { type OpenLesson, openLesson } from "./support";

const mustRun = process.env.CI !== undefined;
const LESSON = "99-what-noise-costs";
const TIMEOUT = 120_000;

describe.skipIf(browserProgram === undefined && !mustRun)("the exercises of a lesson in its page", () => {
  const root = mkdtempSync(join(tmpdir(), "asking-book-"));
  const folder = join(root, "book");
  let browser: Browser;
  let lesson: Lesson;
  let checks: LessonChecks;
  beforeAll(async () => {
    const file = `${LESSON}.ipynb`;
    makeSmallProject(root, ["course.md", "live-figures.md"], {
      [file]: join("notebooks", "templates", "lesson.ipynb"),
    });
    lesson = readLesson(join(root, "notebooks", file));
    checks = await recordChecks(lesson, TIMEOUT);
    const student = join(root, "student");
    writeCourseCopy(student, [lesson], {
      audience: "student",
      library: "finetune-icl",
      root,
      checks: new Map([[lesson.name, checks]]),
    });
    browser = await startBrowser();
    await buildProjectBook(root, folder, { reference: false, exercises: student });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const open = () => openLesson(browser, { folder }, LESSON);
  async function answer({ page, press, says }: OpenLesson, exercise: string, body: string): Promise<void> {
    const cell = `answer-${exercise}`;
    const isOpen = (await page.$(`#cell-${cell} .cm-content`)) !== null;
    if (!isOpen) {
      await press("edit", cell);
      await says(/Shift\+Enter/);
      await page.waitForSelector(`#cell-${cell} .cm-content`);
    }
    await page.click(`#cell-${cell} .cm-content`);
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(body);
    await press("run-to", `check-${exercise}`);
    await says(/ran, in/);
    // What is above has run: the answer alone has changed.
    await press("run", cell);
    await says(/Cell \d+ ran/);
    await press("run", `check-${exercise}`);
    await says(/Cell \d+ ran/);
  }

  it("hold no answer in any file of the book", () => {
    const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.includes(LESSON))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);
    expect(texts.length).toBeGreaterThanOrEqual(3);
    const search = ["search", readFileSync(join(folder, "assets", "search-index.js"), "utf8")] as const;
    for (const [name, text] of [...texts, search])
      for (const secret of [
        "return noiseVariance + 1",
        "SOLUTION",
        "is missing.",
        "predicts zero. The squared label",
        // What a teacher is told.
        'class="teaching"',
      ])
        expect(text.includes(secret), `${name} holds «${secret}»`).toBe(false);
  });

  it("leave the lesson whole: it holds, and the answers are the reader's", async () => {
    const page = await open();
    await page.press("check");
    expect(await page.says(/holds|another output|error/)).toMatch(/^It holds: all \d+ cells/);
    expect(await page.outputOf("check-99-1")).toContain("WrongAnswer: Exercise 99.1: there is no answer yet");
    await page.close();
  });

  it("are checked with the messages of the kernel, keep progress, and are handed in as a file that is graded", async () => {
    const page = await open();
    const signature = "const answer991 = (noiseVariance: number): number => ";
    await answer(page, "99-1", `${signature}1;`);
    expect(await page.outputOf("check-99-1")).toContain(
      "WrongAnswer: Exercise 99.1: the answer is wrong: the noise of the label that is to be predicted is missing.",
    );
    await answer(page, "99-1", `${signature}1 + noiseVariance;`);
    expect((await page.outputOf("check-99-1")).trim()).toBe("Exercise 99.1: correct (3 inputs).");
    expect(await page.says(/./)).toContain("Exercises right so far: 1 of 2.");
    const words = "Noise costs its variance, *once* for the label that is predicted.";
    await page.page.fill("#cell-open-99-3 textarea", words);
    await page.page.reload();
    expect(await page.page.inputValue("#cell-open-99-3 textarea")).toBe(words);
    await page.press("run", "import");
    expect(await page.says(/Cell 1 ran/)).toContain("Exercises right so far: 1 of 2.");
    const downloading = page.page.waitForEvent("download");
    await page.press("download");
    const path = join(root, "handed-in.ipynb");
    await (await downloading).saveAs(path);
    await page.close();
    const grade = await gradeSubmission(readNotebook(path), lesson, checks, {
      sandbox: findSandbox(),
      timeoutMs: TIMEOUT,
    });
    expect(grade.points).toBe(1);
    // A person reads what is written.
    expect(readNotebook(path).cells.find(({ id }) => id === "open-99-3")?.source).toBe(words);

    // The same file opened in another browser.
    const other = await open();
    const choosing = other.page.waitForEvent("filechooser");
    await other.page.click('button[data-action="open-copy"]');
    await (await choosing).setFiles(path);
    expect(await other.says(/handed-in/)).toMatch(
      /^handed-in\.ipynb is opened, with its own code in cell \d+ and its written answer\.$/,
    );
    expect(await other.page.inputValue("#cell-open-99-3 textarea")).toBe(words);
    other.page.on("dialog", (dialog) => {
      expect(dialog.message()).toMatch(/^Discard your changes in cell \d+ and your written answers\?/);
      void dialog.accept();
    });
    await other.press("discard");
    await other.says(/discarded/);
    expect(await other.page.inputValue("#cell-open-99-3 textarea")).toBe("");
    expect(await other.page.isHidden('button[data-action="discard"]')).toBe(true);
    await other.close();
    // Against hanging: a lesson runs on the kernel twice and in pages twice.
  }, 600_000);
});
