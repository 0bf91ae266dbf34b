import type { Cell, MarkdownCell, Notebook } from "../runner/nbformat";
import type { Lesson } from "./lesson";
import { classMinutes, classNotes, exerciseMinutes } from "./minutes";
import type { TeachingNote } from "./teaching";

/**
 * The lesson as a teacher gets it: with solutions and outputs, a note in front of each section that has one, and at the top
 * the minutes of the sections. `seconds` is how long the notebook runs, if that is known.
 */
export function instructorCopy(lesson: Lesson, seconds?: number): Notebook {
  const { notebook, notes } = lesson;
  const cells = notebook.cells.flatMap((cell): Cell[] => {
    const note = notes.find((each) => each.cell === cell);
    return note ? [noteCell(note), cell] : [cell];
  });
  return { ...notebook, cells: [timingCell(lesson, seconds), ...cells] };
}

function noteCell({ cell, minutes, note }: TeachingNote): MarkdownCell {
  const text = `**Teaching note** (${inMinutes(minutes)}). ${note?.trim() ?? ""}`.trim();
  return markdown(
    `teaching-${cell.id}`,
    text
      .split("\n")
      .map((line) => `> ${line}`.trimEnd())
      .join("\n"),
  );
}

function timingCell(lesson: Lesson, seconds: number | undefined): MarkdownCell {
  const rows = classNotes(lesson).map(
    ({ title, minutes }) => `| ${title.replaceAll("|", "\\|")} | ${minutes} |`,
  );
  const runs = seconds === undefined ? [] : ["", `The notebook runs in ${Math.ceil(seconds)} s.`];
  const table =
    rows.length === 0
      ? ["This lesson has no timings."]
      : ["| section | minutes |", "|---|---:|", ...rows, `| **in class** | **${classMinutes(lesson)}** |`];
  const homework = exerciseMinutes(lesson);
  if (rows.length > 0 && homework > 0) table.push(`| exercises, as homework | ${homework} |`);
  return markdown(
    "teaching-timings",
    ["**For teachers: the plan of this lesson**", "", ...table, ...runs].join("\n"),
  );
}

function inMinutes(minutes: number): string {
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

function markdown(id: string, source: string): MarkdownCell {
  return { cell_type: "markdown", id: id.slice(0, 64), metadata: { tags: ["teaching"] }, source };
}
