import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLesson } from "../../../src/notebooks/course/lesson";
import { timingsTable, withTimings } from "../../../src/notebooks/course/syllabus";
import { courseNotebooks } from "../../../src/notebooks/runner/courseNotebooks";
import { packageRoot } from "../../support/root";

const page = readFileSync(join(packageRoot, "docs", "course.md"), "utf8");
const lessons = courseNotebooks().map(readLesson);

describe("the syllabus", () => {
  it("has the table of the lessons as they are: `finetune-icl course --syllabus` writes it", () => {
    expect(page).toBe(withTimings(page, timingsTable(lessons, "../notebooks")));
  });

  it("says what a reader can do after each lesson", () => {
    const goals = [...page.matchAll(/^\| (\d+) \| [^|]{40,} \|$/gm)].map(([, number]) => Number(number));
    const numbers = lessons.map(({ name }) => Number(/^\d+/.exec(name)?.[0]));
    expect(goals).toEqual([...Array(goals.length).keys()].map((index) => index + 1));
    for (const number of numbers) expect(goals).toContain(number);
  });
});
