import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { lessonOf, readLesson } from "../../../src/notebooks/course/lesson";
import type { Notebook } from "../../../src/notebooks/runner/nbformat";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { saveNotebookIn } from "../../../src/notebooks/runner/saveNotebook";
import { packageRoot } from "../../support/root";
import { runMain } from "../../support/runMain";
import { makeWorkDirectory, removeDirectory } from "../runner/support/notebooks";

const directory = makeWorkDirectory();
afterAll(() => removeDirectory(directory));

const FOLDER = join(__dirname, "fixtures", "sorting");
const paths = readdirSync(FOLDER)
  .sort()
  .map((name) => join(FOLDER, name));

it("the machinery of the course knows nothing of its subject", () => {
  const source = join(packageRoot, "src", "course");
  const names = readdirSync(source);
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const text = readFileSync(join(source, name), "utf8").replace(/finetune.icl/gi, "");
    expect(text, name).not.toMatch(/attention|\brisk|covaria|prompt|fine.?tun|theor/i);
  }
});

it("a course on sorting is copied, checked and graded by the same machinery", async () => {
  const [student, instructor] = ["student", "instructor"].map((name) => join(directory, name)) as [
    string,
    string,
  ];
  const made = await runMain("course", ...paths, "--student", student, "--instructor", instructor);
  expect(made.code, made.err).toBe(0);
  const { lessons } = JSON.parse(made.out) as { lessons: readonly { exercises: readonly object[] }[] };
  expect(lessons).toMatchObject([
    { minutes: 15, exerciseMinutes: 30 },
    { minutes: 16, exerciseMinutes: 20 },
  ]);
  // Yes or no at five inputs is found by trying.
  expect(lessons[1]!.exercises).toEqual([
    { number: "1b.1", kind: "by hand", guessable: true },
    { number: "1b.2", kind: "by code", guessable: true },
  ]);
  expect(
    readNotebook(join(instructor, "notebooks", "01b-how-long-is-a-run.ipynb")).cells[0]?.source,
  ).toContain("| exercises, as homework | 20 |");

  // Somebody answers one exercise as the lesson does, and the other in a way that people do.
  const name = "01-counting-comparisons.ipynb";
  const lesson = readLesson(join(FOLDER, name));
  const copy = readNotebook(join(student, "notebooks", name));
  expect(JSON.stringify(copy)).not.toMatch(/correct:|comparisons\(falling|every pair is compared once/);
  const cells = copy.cells.map((cell) => {
    if (cell.id === "answer-1-1") return lesson.exercises[0]!.answers[0]!;
    if (cell.id !== "answer-1-2") return cell;
    return { ...cell, source: cell.source.replace(/throw .*/, "return [...left, ...right].sort();") };
  });
  const work: Notebook = { ...copy, cells };
  expect(lessonOf(lesson.notebook, name).title).toBe("1. Counting comparisons");
  saveNotebookIn(join(directory, "ada"), name, work);
  const graded = await runMain("grade", join(directory, "ada", name), "--lesson", join(FOLDER, name));
  expect(graded.code, graded.err).toBe(0);
  expect(JSON.parse(graded.out)).toMatchObject({
    submissions: [
      {
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
      },
    ],
  });
}, 600_000);
