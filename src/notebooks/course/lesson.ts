import { basename } from "node:path";
import { InputError } from "@finetune-icl/base";
import { hasTag, type Notebook } from "../runner/nbformat";
import { readNotebook } from "../runner/readNotebook";
import { type Exercise, readExercises } from "./exercise";
import { countSolutions } from "./solutionRegions";
import { readTeachingNotes, type TeachingNote } from "./teaching";

/** A notebook of the course with what belongs to teaching it. */
export interface Lesson {
  /** File name, such as `04-a-lesson.ipynb`. */
  readonly name: string;
  /** Where it stands; its folder is the kernel's. */
  readonly path: string;
  /** The first heading. */
  readonly title: string;
  readonly notebook: Notebook;
  readonly exercises: readonly Exercise[];
  readonly notes: readonly TeachingNote[];
}

/** Reads a lesson from its file. @throws InputError naming the file and the cell that is not as a lesson should be. */
export function readLesson(path: string): Lesson {
  return lessonOf(readNotebook(path), path);
}

/** As {@link readLesson}, of a notebook that is there already; `path` names it in errors. */
export function lessonOf(notebook: Notebook, path: string): Lesson {
  const { cells } = notebook;
  const exercises = readExercises(cells, path);
  requireSolutions(notebook, exercises, path);
  const title = cells.map(({ source }) => /^# +(.+)$/m.exec(source)?.[1]).find((each) => each !== undefined);
  return {
    name: basename(path),
    path,
    title: title?.trim() ?? basename(path, ".ipynb"),
    notebook,
    exercises,
    notes: readTeachingNotes(cells, path),
  };
}

/** Marked solutions stand in answer cells, and every answer that is checked has one. */
function requireSolutions({ cells }: Notebook, exercises: readonly Exercise[], path: string): void {
  const checked = exercises.filter(({ kind }) => kind !== "open").flatMap(({ answers }) => answers);
  const answers = exercises.flatMap((exercise) => exercise.answers);
  for (const cell of cells) {
    if (cell.cell_type !== "code" || hasTag(cell, "solution")) continue;
    const at = `${path}: cell ${cell.id}`;
    const count = countSolutions(cell.source, at);
    if (count > 0 && !answers.includes(cell))
      throw new InputError(at, "// BEGIN SOLUTION", "solutions in answer cells only");
    if (count === 0 && checked.includes(cell))
      throw new InputError(at, "no solution", "one between // BEGIN SOLUTION and // END SOLUTION");
  }
}
