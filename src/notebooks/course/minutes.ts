import type { Lesson } from "./lesson";
import type { TeachingNote } from "./teaching";

/** Homework: what an exercise takes when its own cell has no note that says otherwise. */
const EXERCISE_MINUTES = 10;

/** The notes on sections that a class goes through: all before the heading `## Exercises`. */
export function classNotes({ notebook: { cells }, notes }: Lesson): readonly TeachingNote[] {
  const end = cells.findIndex(
    ({ cell_type, source }) => cell_type === "markdown" && /^## Exercises/m.test(source),
  );
  return end < 0 ? notes : notes.filter(({ cell }) => cells.indexOf(cell) < end);
}

/** Minutes in class, reading and discussion included. Exercises are counted apart, in all lessons alike. */
export function classMinutes(lesson: Lesson): number {
  return classNotes(lesson).reduce((sum, { minutes }) => sum + minutes, 0);
}

/** Minutes for all exercises of a lesson, as homework: each ten unless a note on its own cell says otherwise. */
export function exerciseMinutes({ exercises, notes }: Lesson): number {
  return exercises.reduce((sum, { heading }) => {
    const own = notes.find(({ cell }) => cell === heading);
    return sum + (own?.minutes ?? EXERCISE_MINUTES);
  }, 0);
}
