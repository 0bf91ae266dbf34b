import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { writeCourseCopy } from "../../../src/notebooks/course/courseCopy";
import { instructorCopy } from "../../../src/notebooks/course/instructorCopy";
import { lessonOf } from "../../../src/notebooks/course/lesson";
import { studentCopy } from "../../../src/notebooks/course/studentCopy";
import { parseNotebook } from "../../../src/notebooks/runner/parseNotebook";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { runNotebookFile } from "../../../src/notebooks/runner/runNotebookFile";
import { serializeNotebook } from "../../../src/notebooks/runner/serializeNotebook";
import { packageRoot } from "../../support/root";
import { runMain } from "../../support/runMain";
import { makeWorkDirectory, removeDirectory } from "../runner/support/notebooks";
import { checksOf } from "./support/checks";
import { CELLS, cellOf, notebookOf } from "./support/lesson";

const lesson = lessonOf(notebookOf(CELLS), "notebooks/04-a.ipynb");
const student = studentCopy(lesson, checksOf(lesson));
const instructor = instructorCopy(lesson, 7.2);
const find = (cells: readonly { id: string }[], id: string) => cells.find((cell) => cell.id === id);

describe("the copy for students", () => {
  it("has the lines that throw in place of solutions, and is otherwise the same code", () => {
    expect(find(student.cells, "answer-4-1")).toMatchObject({
      source:
        'const answer41 = (x: number): number => {\n  throw new Error("Exercise 4.1: replace this line by your answer.");\n};',
      metadata: cellOf("answer-4-1").metadata,
    });
    for (const id of ["import", "parameters"])
      expect(find(student.cells, id)).toMatchObject({ source: cellOf(id).source });
  });

  it("has checks that know the answers and do not show them", () => {
    const check = student.cells.find(({ id }) => id === "check-4-1")!;
    expect(check.source).toMatch(
      /^checkAnswer\("4\.1", answer41, \{\n {2}inputs: \[\[1\], \[2\]\],\n {2}hint: "x \+ x",\n {2}sealed: "[\w+/=]+",\n\}\);$/,
    );
    expect(serializeNotebook(student)).not.toMatch(/correct:|mistakes|2 \* x/);
  });

  it("has no solutions, outputs or teaching notes anywhere", () => {
    const text = serializeNotebook(student);
    expect(text).not.toMatch(/SOLUTION|Solution|teaching|Ask first|stored|twice/);
    expect(serializeNotebook(lesson.notebook)).toMatch(/SOLUTION[\s\S]*Solution/);
  });

  it("has a cell to answer an open exercise, at its end, that nbgrader takes for graded by hand", () => {
    const ids = student.cells.map(({ id }) => id);
    expect(ids.slice(ids.indexOf("exercise-4-3"))).toEqual(["exercise-4-3", "open-4-3", "references"]);
    expect(find(student.cells, "open-4-3")).toMatchObject({
      cell_type: "markdown",
      metadata: {
        nbgrader: { grade: true, grade_id: "open-4-3", solution: true, locked: false, schema_version: 3 },
      },
    });
  });

  it("protects the checks, and keeps their points", () => {
    expect(find(student.cells, "check-4-1")).toMatchObject({
      metadata: { ...cellOf("check-4-1").metadata, editable: false, deletable: false },
    });
  });

  it("is a valid notebook, which the lesson itself still is", () => {
    for (const copy of [student, instructor])
      expect(parseNotebook(JSON.parse(serializeNotebook(copy)), "copy")).toEqual(copy);
  });
});

describe("the copy for teachers", () => {
  it("starts with the plan of the lesson, and the seconds it runs when they are known", () => {
    expect(instructor.cells[0]?.source).toBe(
      [
        "**For teachers: the plan of this lesson**",
        "",
        "| section | minutes |",
        "|---|---:|",
        "| 4. A lesson | 3 |",
        "| The mathematics | 5.5 |",
        "| **in class** | **8.5** |",
        "| exercises, as homework | 30 |",
        "",
        "The notebook runs in 8 s.",
      ].join("\n"),
    );
    expect(instructorCopy(lesson).cells[0]?.source).not.toContain("runs in");
  });

  it("has a note in front of each section with one, and every cell of the lesson as it is", () => {
    const ids = instructor.cells.map(({ id }) => id);
    expect(ids.indexOf("teaching-title")).toBe(ids.indexOf("title") - 1);
    expect(find(instructor.cells, "teaching-title")).toMatchObject({
      source: "> **Teaching note** (3 minutes). Ask first.\n> Then wait.",
    });
    expect(instructor.cells.filter(({ id }) => !id.startsWith("teaching-"))).toEqual(lesson.notebook.cells);
  });
});

describe("the folder of a copy", () => {
  const directory = makeWorkDirectory();
  const root = join(directory, "package");
  const folder = join(directory, "copy");
  const write = (audience: "student" | "instructor" = "student") =>
    writeCourseCopy(folder, [lesson], {
      audience,
      library: "finetune-icl",
      root,
      checks: new Map([[lesson.name, checksOf(lesson)]]),
    });
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(root, "data", "figures"), { recursive: true });
    writeFileSync(join(root, "data", "read.json"), "{}");
    writeFileSync(join(root, "data", "figures", "own.csv"), "a\n");
  });
  afterAll(() => removeDirectory(directory));

  it("holds the notebooks, the data they read, a README and a package.json", () => {
    write();
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
      "README.md",
      "copy.json",
      "data",
      join("data", "read.json"),
      "notebooks",
      join("notebooks", "04-a.ipynb"),
      "package.json",
    ]);
    expect(readNotebook(join(folder, "notebooks", "04-a.ipynb"))).toEqual(student);
  });

  it("is the same bytes every time, and replaces an earlier copy", () => {
    const bytes = () =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.\w+$/.test(name))
        .map((name) => [name, readFileSync(join(folder, name), "utf8")]);
    write();
    const before = bytes();
    write("instructor");
    expect(bytes()).not.toEqual(before);
    write();
    expect(bytes()).toEqual(before);
    expect(readdirSync(directory).sort()).toEqual(["copy", "package"]);
  });

  it.each<[string, () => void]>([
    ["something else", () => writeFileSync(join(folder, "thesis.txt"), "x")],
    ["an answer of a student", () => writeFileSync(join(folder, "notebooks", "04-a.ipynb"), "{}")],
    ["a copy with a file missing", () => rmSync(join(folder, "README.md"))],
  ])("is refused when it holds %s, and stays as it is", (_name, change) => {
    write();
    change();
    const before = readdirSync(folder, { recursive: true });
    expect(() => write()).toThrow(
      `--student: holds "${folder}"; allowed: a new or empty folder, or one that holds an earlier copy in which nothing was changed`,
    );
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it.each<[string, () => readonly string[], string]>([
    [
      "no option",
      () => [],
      'course: holds "no option"; allowed: --student DIR, --instructor DIR or --syllabus',
    ],
    ["no folder", () => ["--student", ""], '--student: holds ""; allowed: the path of a folder'],
    [
      "one folder for both",
      () => ["--student", folder, "--instructor", folder],
      "allowed: another folder than the students'",
    ],
    ["files for the syllabus", () => ["a.ipynb", "--syllabus"], "allowed: no files"],
    ["no notebook", () => ["nowhere.ipynb", "--student", folder], "allowed: the path of a file that exists"],
    [
      "no report",
      () => [
        join(packageRoot, "notebooks/01-in-context-learning-in-one-layer.ipynb"),
        "--instructor",
        folder,
        "--timings",
        "nowhere",
      ],
      '--timings: holds "nowhere"; allowed: a file that holds what `finetune-icl notebooks` printed',
    ],
  ])("is not made from %s: exit code 2, one line", async (_name, args, message) => {
    const { code, out, err } = await runMain("course", ...args());
    expect({ code, out }, err).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(existsSync(folder)).toBe(false);
  });

  it("works on the kernel: a check fails exactly where an answer is missing", async () => {
    write();
    const path = join(folder, "notebooks", "04-a.ipynb");
    const solved = studentCopy(lesson, checksOf(lesson)).cells.map((cell) =>
      cell.id === "answer-4-1" ? cellOf("answer-4-1") : cell,
    );
    const result = await runNotebookFile(
      { path, text: readFileSync(path, "utf8"), notebook: notebookOf(solved) },
      { outputs: { folder: join(directory, "out") }, timeoutMs: 60_000, keepGoing: true },
    );
    expect(result).toMatchObject({ status: "failed", failedCells: [{ id: "check-4-2" }] });
    expect(result.status === "failed" && result.message).toContain("Exercise 4.2: there is no answer yet.");
    const run = readNotebook(join(directory, "out", "04-a.ipynb"));
    expect(find(run.cells, "check-4-1")).toMatchObject({
      outputs: [{ output_type: "stream", text: "Exercise 4.1: correct (2 inputs).\n" }],
    });
    expect(find(run.cells, "check-4-2")).toMatchObject({
      outputs: [
        { output_type: "error", ename: "WrongAnswer", evalue: "Exercise 4.2: there is no answer yet." },
      ],
    });
  });
});
