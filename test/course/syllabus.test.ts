import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { totalMinutes } from "../../src/course/instructorCopy";
import { type Lesson, readLesson } from "../../src/course/lesson";
import { timingsTable, withTimings } from "../../src/course/syllabus";
import { courseNotebooks } from "../../src/notebook/courseNotebooks";
import { packageRoot } from "../../src/notebook/packagePaths";

const page = readFileSync(join(packageRoot, "docs", "course.md"), "utf8");
const lessons = courseNotebooks().map(readLesson);

describe("the syllabus", () => {
  it("has the table of the lessons as they are: `finetune-icl course --syllabus` writes it", () => {
    expect(page).toBe(withTimings(page, timingsTable(lessons, "../notebooks")));
  });

  it("says what a reader can do after each lesson, in their order", () => {
    const goals = [...page.matchAll(/^\| (\d+[a-z]?) \| [^|]{40,} \|$/gm)].map(([, number]) => number);
    expect(goals).toEqual(lessons.map(numberOf));
  });

  it("plans at most 50 minutes for a lesson, and counts ten of them for exercises in class", () => {
    for (const { name, notes } of lessons.filter((lesson) => lesson.name.startsWith("0"))) {
      expect(totalMinutes(notes), name).toBeLessThanOrEqual(50);
      const forExercises = notes.filter(({ cell }) => /^#{2,3} Exercise/m.test(cell.source));
      expect(
        forExercises.map(({ minutes }) => minutes),
        name,
      ).toEqual([10]);
    }
  });

  it("has a plan of four weeks whose sessions are long enough for the lessons in them, and leaves none out", () => {
    const plan = page.slice(page.indexOf("## Plan for four weeks"), page.indexOf("## Copies for students"));
    const most = Number(/sessions a week of (\d+) minutes/.exec(plan)?.[1]);
    const weeks = [...plan.matchAll(/^\| (\d+) \| ([^|]+) \| [^|]+ \|$/gm)].map(
      ([, , sessions]) => sessions!,
    );
    const sessions = weeks.flatMap((week) => week.split(";"));
    expect(sessions).toHaveLength(2 * weeks.length);
    const planned = sessions.map((session) => lessonsIn(session));
    for (const [at, numbers] of planned.entries()) {
      const minutes = numbers.map((number) => {
        const lesson = lessons.find((each) => numberOf(each) === number);
        return lesson ? totalMinutes(lesson.notes) : Number.NaN;
      });
      const together = minutes.reduce((sum, each) => sum + each, 0);
      expect(
        together,
        `"${sessions[at]}" takes ${minutes.join(" + ")} of ${most} minutes`,
      ).toBeLessThanOrEqual(most);
    }
    const chosen = /two of (\d+) to (\d+)/.exec(plan)!.slice(1).map(Number);
    const offered = lessons.map(numberOf).filter((number) => {
      const whole = Number.parseInt(number, 10);
      return whole >= chosen[0]! && whole <= chosen[1]!;
    });
    const atHome = [...plan.matchAll(/lesson (\d+[a-z]?) read at home/g)].map(([, number]) => number!);
    expect([...planned.flat(), ...atHome, ...offered].sort()).toEqual(lessons.map(numberOf).sort());
    const presented = Number(/presented in (\d+) minutes each/.exec(plan)?.[1]);
    expect(2 * presented).toBeLessThanOrEqual(most);
  });
});

/** `07b-one-run-and-many.ipynb` → `7b`. */
function numberOf({ name }: Lesson): string {
  return /^0*(\d+[a-z]?)-/.exec(name)![1]!;
}

/** The numbers in "lessons 7 and 7b, live": what is prepared at home or chosen by the class does not count. */
function lessonsIn(session: string): readonly string[] {
  const [, list] = /\blessons? ((?:\d+[a-z]?)(?:(?:, | and )\d+[a-z]?)*)/.exec(session) ?? [];
  return list === undefined ? [] : list.split(/, | and /);
}
