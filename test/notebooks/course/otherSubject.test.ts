import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildBook } from "@finetune-icl/book";
import {
  classMinutes,
  easilyGuessed,
  exerciseMinutes,
  gradeSubmission,
  type LessonChecks,
  readLesson,
  recordChecks,
  writeCourseCopy,
} from "@finetune-icl/notebooks/course";
import {
  type Notebook,
  readNotebook,
  readNotebookFile,
  runNotebookFile,
} from "@finetune-icl/notebooks/runner";
import { JSDOM } from "jsdom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorkDirectory, removeDirectory } from "../runner/support/notebooks";

// Nothing is imported here but the packages that know no subject: kernel (which runs the cells), notebooks and book.

const directory = makeWorkDirectory();
afterAll(() => removeDirectory(directory));

const LESSONS = ["01-counting-comparisons.ipynb", "01b-how-long-is-a-run.ipynb"] as const;
const course = join(directory, "course");
const paths = LESSONS.map((name) => join(course, "notebooks", name));

/** Runs the lessons, and stores the outputs or compares with those stored. */
const runAll = async (outputs: "save" | "check") =>
  Promise.all(
    paths.map((path) =>
      runNotebookFile(readNotebookFile(path), { outputs, timeoutMs: 60_000, keepGoing: false }),
    ),
  );

describe("a course on sorting", () => {
  const lessons = () => paths.map(readLesson);
  let checks: ReadonlyMap<string, LessonChecks>;

  beforeAll(async () => {
    cpSync(join(__dirname, "fixtures", "sorting"), join(course, "notebooks"), { recursive: true });
    const manifest = { name: "sorting", version: "3.1.4", license: "CC-BY-4.0", private: true };
    writeFileSync(join(course, "package.json"), JSON.stringify(manifest));
    const recorded = lessons().map(
      async (lesson) => [lesson.name, await recordChecks(lesson, 60_000)] as const,
    );
    checks = new Map(await Promise.all(recorded));
  });

  it("is run, and its outputs are found again", async () => {
    for (const outputs of ["save", "check"] as const) {
      for (const result of await runAll(outputs))
        expect(result, JSON.stringify(result)).toMatchObject({ status: "ok" });
    }
    expect(readFileSync(paths[0]!, "utf8")).toContain("Exercise 1.1");
  });

  it("knows its lengths, and which answers are found by trying", () => {
    expect(lessons().map((lesson) => [classMinutes(lesson), exerciseMinutes(lesson)])).toEqual([
      [15, 30],
      [16, 20],
    ]);
    // Yes or no at five inputs is found by trying.
    expect(LESSONS.map((name) => easilyGuessed(checks.get(name)!))).toEqual([[], ["1b.1", "1b.2"]]);
  });

  it("is copied for students and teachers, and what a student hands in is graded", async () => {
    const copy = (audience: "student" | "instructor") => {
      const folder = join(directory, audience);
      writeCourseCopy(folder, lessons(), { audience, library: "another-course", root: course, checks });
      return LESSONS.map((name) => readNotebook(join(folder, "notebooks", name)));
    };
    expect(copy("instructor")[1]!.cells[0]?.source).toContain("| exercises, as homework | 20 |");
    const [handedOut] = copy("student");
    expect(JSON.stringify(handedOut)).not.toMatch(
      /correct:|comparisons\(falling|every pair is compared once/,
    );

    // Somebody answers one exercise as the lesson does, and the other in a way that people do.
    const [lesson] = lessons();
    const cells = handedOut!.cells.map((cell) => {
      if (cell.id === "answer-1-1") return lesson!.exercises[0]!.answers[0]!;
      if (cell.id !== "answer-1-2") return cell;
      return { ...cell, source: cell.source.replace(/throw .*/, "return [...left, ...right].sort();") };
    });
    const work: Notebook = { ...handedOut!, cells };
    const options = { sandbox: "none", timeoutMs: 60_000 } as const;
    expect(await gradeSubmission(work, lesson!, checks.get(lesson!.name)!, options)).toMatchObject({
      points: 1,
      of: 2,
      exercises: [
        { number: "1.1", points: 1, says: "" },
        {
          number: "1.2",
          points: 0,
          says: "Exercise 1.2: the answer is wrong: sort without a rule compares words: 10 stands in front of 2.",
        },
        { number: "1.3", says: "to be read" },
      ],
    });
  });

  it("becomes a book, with nothing in it that is not its own", async () => {
    const out = join(directory, "book");
    const front = {
      title: "Sorting",
      summary: "How many comparisons it takes.",
      lead: "<p>Begin with a list.</p>",
      promise: () => undefined,
      scripts: [],
    };
    const { pages, files } = await buildBook(course, out, { ownPages: async () => ({ front, pages: [] }) });
    expect(pages.map(({ file, title }) => [file, title])).toEqual([
      ["index.html", "Sorting"],
      ["01-counting-comparisons.html", "1. Counting comparisons"],
      ["01b-how-long-is-a-run.html", "1b. How long is a run?"],
    ]);
    expect(files).toBeGreaterThan(pages.length);
    const read = (file: string) => new JSDOM(readFileSync(join(out, file), "utf8")).window.document;
    const first = read("index.html");
    expect([...first.querySelectorAll(".cards a")].map((link) => link.textContent)).toEqual([
      "1. Counting comparisons",
      "1b. How long is a run?",
    ]);
    expect(first.querySelector("footer")!.textContent).toBe(
      "Sorting 3.1.4 · CC-BY-4.0 licence · This page asks the network for nothing.",
    );
    const lesson = read("01-counting-comparisons.html");
    expect(lesson.querySelector("article h1")!.textContent).toContain("Counting comparisons");
    expect(lesson.querySelector("article")!.textContent).toContain("sorted.splice(place, 0, entry)");
    expect(lesson.querySelectorAll("article .katex").length).toBeGreaterThan(0);
    for (const { file } of pages) {
      const words = read(file).documentElement.textContent!;
      expect(words, file).not.toMatch(/attention|\brisk|covarian|fine-tun|theor|Bibliography/i);
      for (const link of read(file).querySelectorAll<HTMLAnchorElement>("a[href$='.html']"))
        expect(
          pages.map((page) => page.file),
          `${file} links to ${link.href}`,
        ).toContain(link.getAttribute("href"));
    }
  });
}, 600_000);
