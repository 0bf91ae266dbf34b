import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mapInOrder } from "../../../src/base/mapInOrder";
import { writeCourseCopy } from "../../../src/notebooks/course/courseCopy";
import { type Lesson, lessonOf, readLesson } from "../../../src/notebooks/course/lesson";
import { type LessonChecks, recordChecks } from "../../../src/notebooks/course/lessonChecks";
import { seal, sealedKey } from "../../../src/notebooks/course/seal";
import { courseNotebooks } from "../../../src/notebooks/runner/courseNotebooks";
import type { CodeCell, Notebook } from "../../../src/notebooks/runner/nbformat";
import { overrideParameters, readParameters } from "../../../src/notebooks/runner/parameters";
import { readNotebook, readNotebookFile } from "../../../src/notebooks/runner/readNotebook";
import { type NotebookResult, runNotebookFile } from "../../../src/notebooks/runner/runNotebookFile";
import { packageRoot } from "../../support/root";
import { makeWorkDirectory, removeDirectory } from "../runner/support/notebooks";
import { representatives, TEMPLATE } from "../runner/support/representatives";

/** Of every lesson studentsCode.test.ts reads what its code names; on the kernel these speak for the others. */
const lessons = [...representatives, TEMPLATE].map((path) => fast(readLesson(path)));
const withExercises = lessons.filter(({ exercises }) => exercises.length > 0);
const course = [...courseNotebooks(), TEMPLATE].map(readLesson);
const AT_ONCE = 2;
const TIMEOUT = 900_000;
const CELL_MS = 300_000;

/** With fewer sampled prompts, where the lesson has such a parameter: here only the exercises matter. */
function fast(lesson: Lesson): Lesson {
  const has = readParameters(lesson.notebook).some(({ name }) => name === "prompts");
  if (!has) return lesson;
  return lessonOf(
    overrideParameters(lesson.notebook, new Map([["prompts", "500"]]), lesson.name),
    lesson.path,
  );
}

/** Every second exercise is answered, as the lesson answers it. */
function isAnswered({ exercises }: Lesson, number: string): boolean {
  return exercises.findIndex((exercise) => exercise.number === number) % 2 === 0;
}

describe("copies of the real course", () => {
  const directory = makeWorkDirectory();
  const students = join(directory, "students");
  const teachers = join(directory, "teachers");
  const checks = new Map<string, LessonChecks>();
  beforeAll(async () => {
    await mapInOrder(
      lessons,
      AT_ONCE,
      async (lesson) => checks.set(lesson.name, await recordChecks(lesson, CELL_MS)),
      () => {},
    );
    writeCourseCopy(students, lessons, {
      audience: "student",
      library: "finetune-icl",
      root: packageRoot,
      checks,
    });
    writeCourseCopy(teachers, lessons, {
      audience: "instructor",
      library: "finetune-icl",
      root: packageRoot,
    });
  }, TIMEOUT);
  afterAll(() => {
    removeDirectory(directory);
    rmSync(directory, { recursive: true, force: true });
  });

  const run = (folder: string, lesson: Lesson): Promise<NotebookResult> => {
    const file = readNotebookFile(join(folder, "notebooks", lesson.name));
    const cells = file.notebook.cells.map((cell) => {
      const exercise = lesson.exercises.find(({ answers }) => answers.some(({ id }) => id === cell.id));
      return exercise && isAnswered(lesson, exercise.number) ? exercise.answers[0]! : cell;
    });
    const notebook = { ...file.notebook, cells };
    const outputs = { folder: join(folder, "run") };
    return runNotebookFile({ ...file, notebook }, { outputs, timeoutMs: CELL_MS, keepGoing: true });
  };

  it("for students show no answer and no known mistake", () => {
    for (const lesson of withExercises) {
      const copy = readNotebook(join(students, "notebooks", lesson.name));
      for (const { checks: cells } of lesson.exercises)
        for (const { id } of cells) {
          const { source } = copy.cells.find((cell) => cell.id === id)!;
          expect(source, lesson.name).toMatch(/\n {2}sealed: "[\w+/=]+",\n\}\);$/);
          expect(source, lesson.name).not.toMatch(/correct|mistakes|says/);
        }
    }
  });

  it(
    "for students have checks that know what is right, and the known mistakes",
    () => {
      for (const [name, known] of checks)
        for (const { exercise, correct, mistakes, ...rest } of known.values()) {
          const key = sealedKey(seal({ correct, mistakes, ...rest }, "a salt"));
          expect(key.recognise(correct), `${name} ${exercise}`).toEqual({ kind: "right" });
          for (const { says, values } of mistakes)
            expect(key.recognise(values), `${name} ${exercise}`).toEqual({ kind: "mistake", says });
        }
    },
    TIMEOUT,
  );

  it(
    "for students pass and fail on the kernel exactly in the checks, and nowhere for want of something else",
    async () => {
      const results: NotebookResult[] = [];
      await mapInOrder(
        withExercises,
        AT_ONCE,
        (lesson) => run(students, lesson),
        (result) => results.push(result),
      );
      for (const [index, lesson] of withExercises.entries()) {
        const result = results[index]!;
        const said = result.status === "failed" ? result.message : result.status;
        const failed = result.status === "failed" ? result.failedCells.map(({ id }) => id) : [];
        // The cell from which an open question starts may use its own answer; it then says itself that there is none.
        const open = lesson.exercises.filter(
          ({ kind, answers }) => kind === "open" && failed.includes(answers[0]?.id ?? ""),
        );
        for (const { number } of open)
          expect(said).toContain(`Exercise ${number}: replace this line by your answer.`);
        const starts = open.flatMap(({ answers }) => answers.map(({ id }) => id));
        const unanswered = lesson.exercises.filter(({ number }) => !isAnswered(lesson, number));
        const failing = unanswered.flatMap((exercise) => exercise.checks.map(({ id }) => id));
        expect(
          failed.filter((id) => !starts.includes(id)),
          said,
        ).toEqual(failing);
        const missing = unanswered
          .filter((exercise) => exercise.checks.length > 0)
          .map(({ number }) => number);
        expect(
          [...said.matchAll(/Exercise ([\d.]+): there is no answer yet\./g)].map(([, number]) => number),
          said,
        ).toEqual(missing);
      }
      expect(withExercises.length).toBeGreaterThan(0);
    },
    TIMEOUT,
  );

  it("for teachers have the code and the outputs of the course, cell by cell", () => {
    const code = ({ cells }: Notebook) => cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
    for (const { name, notebook, notes } of lessons) {
      const copy = readNotebook(join(teachers, "notebooks", name));
      expect(code(copy), name).toEqual(code(notebook));
      expect(copy.cells, name).toHaveLength(notebook.cells.length + notes.length + 1);
    }
  });

  // The code is that of the course, which is run elsewhere: here it is the place that is tried.
  it(
    "for teachers run through on the kernel, read data and find the package",
    async () => {
      const reading = lessons.filter(({ notebook }) =>
        notebook.cells.some(({ source }) => source.includes('"../data/')),
      );
      for (const lesson of [lessons.at(-1)!, ...reading.slice(0, 1)]) {
        const result = await run(teachers, lesson);
        expect(result, JSON.stringify(result)).toMatchObject({ status: "ok" });
      }
    },
    TIMEOUT,
  );
});

describe("the course", () => {
  it.each(course.map((lesson) => [lesson.name, lesson] as const))(
    "%s has an exercise by hand, one by code and an open one, minutes for its sections and notes for teachers",
    (_name, { exercises, notes }) => {
      expect(new Set(exercises.map(({ kind }) => kind))).toEqual(new Set(["by hand", "by code", "open"]));
      expect(notes.filter(({ note }) => note !== undefined).length).toBeGreaterThanOrEqual(4);
    },
  );

  it("number their exercises after themselves", () => {
    for (const { name, exercises } of course) {
      const lesson = /^0*(\d+[a-z]?)-/.exec(name)?.[1];
      if (lesson === undefined) continue;
      for (const { number } of exercises) expect(number.split(".")[0], name).toBe(lesson);
    }
  });
});
