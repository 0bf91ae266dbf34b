/** Answers in words to a lesson's open exercises: a place to write in each, kept as other changes are. */
import type { Edits } from "./edits";

/** Puts a place to write into each cell that asks for an answer in words. */
export function placesToWrite(article: HTMLElement, edits: Edits, onChange: () => void): void {
  for (const section of article.querySelectorAll<HTMLElement>("section.cell.markdown.exercise")) {
    const cell = section.id.replace(/^cell-/, "");
    const place = document.createElement("textarea");
    place.className = "written";
    place.rows = 6;
    place.dataset.cell = cell;
    place.setAttribute("aria-label", (section.textContent ?? "").trim());
    place.value = edits.of(cell) ?? "";
    place.addEventListener("input", () => {
      edits.set(cell, place.value === "" ? undefined : place.value);
      onChange();
    });
    section.append(place);
  }
}

const places = (article: HTMLElement) => [
  ...article.querySelectorAll<HTMLTextAreaElement>("textarea.written"),
];

/** What is written: cell → text. */
export const written = (article: HTMLElement): ReadonlyMap<string, string> =>
  new Map(
    places(article).flatMap(({ dataset, value }) => (value === "" ? [] : [[dataset.cell!, value] as const])),
  );

/** Shows what was written in another tab; gives whether the cell has a place for it. */
export function showWritten(article: HTMLElement, cell: string, text: string): boolean {
  const place = places(article).find(({ dataset }) => dataset.cell === cell);
  if (place !== undefined && place.value !== text) place.value = text;
  return place !== undefined;
}

/** Puts texts into the places of their cells, where they are kept; gives how many there were. */
export function write(article: HTMLElement, texts: ReadonlyMap<string, string>): number {
  const changed = places(article).filter(({ dataset }) => texts.has(dataset.cell!));
  for (const place of changed) {
    place.value = texts.get(place.dataset.cell!)!;
    place.dispatchEvent(new Event("input"));
  }
  return changed.length;
}
