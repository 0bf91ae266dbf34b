import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Lesson, readLesson } from "../../../src/notebooks/course/lesson";
import { classMinutes } from "../../../src/notebooks/course/minutes";
import { timingsTable, withTimings } from "../../../src/notebooks/course/syllabus";
import { courseNotebooks } from "../../../src/notebooks/runner/courseNotebooks";
import { packageRoot } from "../../support/root";

const page = readFileSync(join(packageRoot, "docs", "course.md"), "utf8");
const lessons = courseNotebooks().map(readLesson);

const labelOf = ({ name }: Lesson) => /^0*(\d+[a-z]?)-/.exec(name)?.[1];

/** The rows below a heading: a table of weeks with two sessions each. */
function planned(heading: string): readonly (readonly string[])[] {
  const section = page.slice(page.indexOf(`## ${heading}`)).split(/\n## /)[0]!;
  return [...section.matchAll(/^\| \d+ \| ([^|]+) \| ([^|]+) \|/gm)].flatMap(([, first, second]) =>
    [first!, second!].map((cell) => [...cell.matchAll(/\d+[a-z]?/g)].map(([label]) => label)),
  );
}

describe("the syllabus", () => {
  it("has the table of the lessons as they are: `finetune-icl course --syllabus` writes it", () => {
    expect(page).toBe(withTimings(page, timingsTable(lessons, "../notebooks")));
  });

  it("says what a reader can do after each lesson", () => {
    const goals = [...page.matchAll(/^\| (\d+[a-z]?) \| [^|]{40,} \|$/gm)].map(([, label]) => label);
    const labels = lessons.map(labelOf);
    expect(goals).toEqual([...new Set(goals)]);
    expect(goals.filter((label) => labels.includes(label))).toEqual(labels);
  });

  it("plans no lesson for more than 50 minutes", () => {
    const long = lessons.filter((lesson) => classMinutes(lesson) > 50);
    expect(long.map((lesson) => `${lesson.name}: ${classMinutes(lesson)} minutes`)).toEqual([]);
  });

  it("has a plan for five weeks in which every lesson has its place, and none of the sessions more than 90 minutes", () => {
    const sessions = planned("Plan for five weeks");
    expect(sessions).toHaveLength(10);
    const order = sessions.flat().filter((label) => lessons.some((lesson) => labelOf(lesson) === label));
    expect(order).toEqual(lessons.map(labelOf));
    for (const labels of sessions) {
      const minutes = lessons
        .filter((lesson) => labels.includes(labelOf(lesson) ?? ""))
        .reduce((sum, lesson) => sum + classMinutes(lesson), 0);
      expect(minutes, `lessons ${labels.join(", ")}`).toBeGreaterThan(0);
      expect(minutes, `lessons ${labels.join(", ")}`).toBeLessThanOrEqual(90);
    }
  });
});
