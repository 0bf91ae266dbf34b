import type { ExerciseKind } from "./exercise";
import { EXERCISE_KINDS } from "./exercise";
import type { Lesson } from "./lesson";
import { classMinutes, exerciseMinutes } from "./minutes";

const BEGIN = "<!-- timings: written by `course --syllabus` -->";
const END = "<!-- end of timings -->";

/** The lessons with their minutes and exercises, as a Markdown table; `folder` leads from the page to the notebooks. */
export function timingsTable(lessons: readonly Lesson[], folder: string): string {
  const count = (lesson: Lesson, kind: ExerciseKind) =>
    lesson.exercises.filter((exercise) => exercise.kind === kind).length;
  const rows = lessons.map((lesson) => [
    `[${lesson.title}](${folder}/${lesson.name})`,
    classMinutes(lesson) || "–",
    ...EXERCISE_KINDS.map((kind) => count(lesson, kind) || "–"),
    exerciseMinutes(lesson) || "–",
  ]);
  const sum = (of: (lesson: Lesson) => number) => lessons.reduce((total, lesson) => total + of(lesson), 0);
  const total = [
    "together",
    sum(classMinutes),
    ...EXERCISE_KINDS.map((kind) => sum((lesson) => count(lesson, kind))),
    sum(exerciseMinutes),
  ];
  return [
    ["lesson", "minutes in class", ...EXERCISE_KINDS, "minutes of exercises"],
    ["---", "---:", "---:", "---:", "---:", "---:"],
    ...rows,
    total,
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** The page with this table between its two comments. @throws Error when they are not there. */
export function withTimings(page: string, table: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the page has no place for the timings: ${BEGIN} … ${END}`);
  return `${page.slice(0, start + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}
