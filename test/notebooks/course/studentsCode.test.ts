import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type Lesson, readLesson } from "../../../src/notebooks/course/lesson";
import { courseNotebooks } from "../../../src/notebooks/runner/courseNotebooks";
import type { CodeCell } from "../../../src/notebooks/runner/nbformat";
import { packageRoot } from "../../support/root";

const lessons = [...courseNotebooks(), join(packageRoot, "notebooks", "templates", "lesson.ipynb")].map(
  readLesson,
);
const withExercises = lessons.filter(({ exercises }) => exercises.length > 0);

const parse = (source: string): ts.SourceFile =>
  ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);

/** Names that a cell declares for the cells after it. */
function declared(source: string): readonly string[] {
  const inside = (name: ts.BindingName): readonly string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((element) => (ts.isBindingElement(element) ? inside(element.name) : []));
  return parse(source).statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap(({ name }) => inside(name));
    const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return named && statement.name ? [statement.name.text] : [];
  });
}

/** How often a cell uses a name from outside: properties and names that it declares itself, anywhere in it, are others. */
function uses(source: string, name: string): number {
  let count = 0;
  let own = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) {
      const { parent } = node;
      const isProperty =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isPropertySignature(parent) && parent.name === node) ||
        (ts.isBindingElement(parent) && parent.propertyName === node);
      const isDeclared =
        (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) &&
        parent.name === node;
      if (isDeclared) own = true;
      else if (!isProperty) count += 1;
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(source));
  return own ? 0 : count;
}

/** Uses of what students do not have: the names of an exercise's answers and checks in any other cell after them. */
function lost({ notebook, exercises }: Lesson): readonly string[] {
  const code = notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  return exercises.flatMap(({ number, answers, checks }) => {
    const own: readonly CodeCell[] = [...answers, ...checks].filter((cell) => cell.cell_type === "code");
    const after = code.slice(code.indexOf(own[0]!) + 1).filter((cell) => !own.includes(cell));
    const names = own.flatMap(({ source }) => declared(source));
    return after.flatMap(({ id, source }) =>
      names
        .filter((name) => uses(source, name) > 0)
        .map((name) => `exercise ${number}: ${name} in cell ${id}`),
    );
  });
}

/**
 * In a student's copy the lines of a solution throw, and so do the checks. That a copy then runs as the lesson does, up to its
 * checks, follows from what its code names; test/notebooks/course/kernel.test.ts tries it on the kernel.
 */
describe("a student's copy lacks nothing but answers", () => {
  it.each(withExercises.map((lesson) => [lesson.name, lesson] as const))("in %s", (_name, lesson) => {
    expect(lost(lesson)).toEqual([]);
    for (const { number, kind, answers, checks } of lesson.exercises) {
      if (kind === "open") continue;
      expect(checks.length, number).toBeGreaterThan(0);
      for (const { source } of checks) {
        expect(source, number).toContain(`checkAnswer("${number}", `);
        // Handed to the check alone: anything else that a check does with an answer would fail first, and say less.
        const given = answers.flatMap((answer) => declared(answer.source)).map((name) => uses(source, name));
        expect(
          given.filter((count) => count > 1),
          number,
        ).toEqual([]);
        expect(
          given.reduce((sum, count) => sum + count, 0),
          number,
        ).toBe(1);
      }
    }
  });

  it("and would be seen to lack a helper of a check, or an answer that is used again", () => {
    const [lesson] = withExercises as [Lesson, ...Lesson[]];
    const { answers, checks, number } = lesson.exercises.find(({ kind }) => kind !== "open")!;
    const [answer] = declared(answers[0]!.source);
    const followedBy = (source: string): Lesson => {
      const cell: CodeCell = {
        cell_type: "code",
        id: "later",
        metadata: {},
        source,
        outputs: [],
        execution_count: null,
      };
      return { ...lesson, notebook: { ...lesson.notebook, cells: [...lesson.notebook.cells, cell] } };
    };
    expect(lost(followedBy(`console.log(${answer});`))).toEqual([
      `exercise ${number}: ${answer} in cell later`,
    ]);
    expect(lost(followedBy(`console.log({ ${answer}: 1 }.${answer});`))).toEqual([]);
    expect(lost(followedBy(`const ${answer} = 1; console.log(${answer});`))).toEqual([]);
    expect(checks.length).toBeGreaterThan(0);
  });
});
