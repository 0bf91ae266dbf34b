import { InputError, isJsonObject, type JsonObject } from "@finetune-icl/base";
import { type Cell, hasTag } from "../runner/nbformat";

export const EXERCISE_KINDS = ["by hand", "by code", "open"] as const;

/** By hand and by code end in a check; an open one is read by a person. */
export type ExerciseKind = (typeof EXERCISE_KINDS)[number];

/** One exercise of a lesson, and the cells that belong to it. */
export interface Exercise {
  /** Such as `4.1`, or `7b.1` in the second half of a lesson that was split. */
  readonly number: string;
  readonly kind: ExerciseKind;
  readonly heading: Cell;
  readonly answers: readonly Cell[];
  readonly checks: readonly Cell[];
}

/** Exercise 4.1 → `answer-4-1`, as nbgrader and the notebook's cells are told apart. */
export function gradeId(role: "answer" | "check" | "open", exercise: string): string {
  return `${role}-${exercise.replace(".", "-")}`;
}

const HEADING = /^### Exercise (.*)$/m;
// A lesson that was split keeps its number with a letter: 7b.1.
const TITLE = /^(\d+[a-z]?\.\d+) \((by hand|by code|open)\)/;

/**
 * The exercises of a lesson in their order: each a Markdown cell `### Exercise 4.1 (by hand)` with the cells that follow it,
 * up to the next exercise or section. `where` names the notebook in errors.
 * @throws InputError when a number comes twice, an exercise by hand or by code lacks its answer or its check, a check asks
 *   for another exercise than the one it stands below, or the data for nbgrader is not what it should be.
 */
export function readExercises(cells: readonly Cell[], where: string): readonly Exercise[] {
  const exercises: { number: string; kind: ExerciseKind; heading: Cell; answers: Cell[]; checks: Cell[] }[] =
    [];
  let current: (typeof exercises)[number] | undefined;
  for (const cell of cells) {
    const at = `${where}: cell ${cell.id}`;
    if (cell.cell_type === "markdown" && /^#{1,3} /m.test(cell.source) && !hasTag(cell, "solution")) {
      current = startExercise(cell, at, exercises);
      if (current) exercises.push(current);
    } else if (cell.cell_type === "code") {
      const role = roleOf(cell);
      if (role === undefined) continue;
      if (!current)
        throw new InputError(
          at,
          role,
          "a cell below the heading of its exercise, `### Exercise 4.1 (by hand)`",
        );
      requireGradeData(cell, role, current, at);
      (role === "answer" ? current.answers : current.checks).push(cell);
    }
  }
  for (const exercise of exercises) requireComplete(exercise, where);
  return exercises;
}

function startExercise(heading: Cell, at: string, earlier: readonly Exercise[]) {
  const title = HEADING.exec(heading.source)?.[1];
  if (title === undefined) return undefined;
  const [, number, kind] = TITLE.exec(title) ?? [];
  if (number === undefined)
    throw new InputError(
      `${at}: heading`,
      `Exercise ${title}`,
      "Exercise 4.1 (by hand), (by code) or (open)",
    );
  if (earlier.some((each) => each.number === number))
    throw new InputError(`${at}: exercise`, number, "a number that no earlier exercise has");
  return { number, kind: kind as ExerciseKind, heading, answers: [], checks: [] };
}

/** By its tag, or by its data for nbgrader when the tag is forgotten. */
function roleOf(cell: Cell): "answer" | "check" | undefined {
  const { solution, grade } = gradeData(cell) ?? {};
  if (hasTag(cell, "exercise") || solution === true) return "answer";
  return hasTag(cell, "check") || grade === true ? "check" : undefined;
}

function gradeData(cell: Cell): JsonObject | undefined {
  const { nbgrader } = cell.metadata;
  return isJsonObject(nbgrader) ? nbgrader : undefined;
}

function requireGradeData(cell: Cell, role: "answer" | "check", exercise: Exercise, at: string): void {
  // The cell from which an open question starts need not be graded.
  if (exercise.kind === "open" && gradeData(cell) === undefined) return;
  const allowed: JsonObject = {
    grade: role === "check",
    grade_id: gradeId(role, exercise.number),
    locked: role === "check",
    schema_version: 3,
    solution: role === "answer",
    task: false,
  };
  const data = gradeData(cell) ?? {};
  for (const [key, value] of Object.entries(allowed))
    if (data[key] !== value)
      throw new InputError(`${at}: metadata.nbgrader.${key}`, data[key], JSON.stringify(value));
  if (role !== "check") return;
  if (typeof data.points !== "number" || !(data.points >= 0))
    throw new InputError(`${at}: metadata.nbgrader.points`, data.points, "a number from 0");
  if (!cell.source.includes(`checkAnswer("${exercise.number}"`))
    throw new InputError(
      `${at}: exercise`,
      /checkAnswer\([^,]*/.exec(cell.source)?.[0],
      `checkAnswer("${exercise.number}", …)`,
    );
}

function requireComplete({ number, kind, answers, checks }: Exercise, where: string): void {
  const at = `${where}: exercise ${number} (${kind})`;
  for (const [role, cells] of [
    ["answer", answers],
    ["check", checks],
  ] as const) {
    if (cells.length > 1)
      throw new InputError(
        at,
        cells.map(({ id }) => id),
        `one ${role} cell`,
      );
    if (cells.length === 0 && kind !== "open") throw new InputError(at, `no ${role}`, `one ${role} cell`);
  }
  if (checks.length > answers.length) throw new InputError(at, "a check", "an answer cell in front of it");
}
