import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLesson } from "../../src/course/lesson";
import { timingsTable, withTimings } from "../../src/course/syllabus";
import { courseNotebooks } from "../../src/notebook/courseNotebooks";
import { packageRoot } from "../../src/notebook/packagePaths";

const page = readFileSync(join(packageRoot, "docs", "course.md"), "utf8");
const lessons = courseNotebooks().map(readLesson);

describe("the syllabus", () => {
  it("has the table of the lessons as they are: `finetune-icl course --syllabus` writes it", () => {
    expect(page).toBe(withTimings(page, timingsTable(lessons, "../notebooks")));
  });

  it("says what a reader can do after each lesson", () => {
    const goals = [...page.matchAll(/^\| (\d+[a-z]?) \| [^|]{40,} \|$/gm)].map(([, label]) => label);
    const labels = lessons.map(({ name }) => /^0*(\d+[a-z]?)-/.exec(name)?.[1]);
    expect(goals).toEqual([...new Set(goals)]);
    expect(goals.filter((label) => labels.includes(label))).toEqual(labels);
  });
});
