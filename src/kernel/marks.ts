/**
 * Names that cells cannot have: those of a cell with characters behind them that nobody sees (variation selectors, which count as parts
 * of a name). Where one is shown all the same, it looks like the name that was written.
 */

/** Behind a name of a cell that the code around it also uses. */
export const OWN = "\uFE00";

/** Names that a cell's compiled code uses in its own way. */
export const USED_BY_CODE: readonly string[] = ["exports", "require"];

const FIRST = 0xfe01;
const DIGITS = 14;

/** A mark for what an earlier cell declared under a name that a later one declared again; each number has its own. */
export function markOf(count: number): string {
  const digit = String.fromCharCode(FIRST + (count % DIGITS));
  return count < DIGITS ? digit : markOf(Math.floor(count / DIGITS)) + digit;
}

/** What the compiler shows, with the names as they were written. */
export function unmarked(text: string): string {
  return text.replace(MARKED, "");
}

const MARKED = /(?<=[\p{ID_Continue}$])[\uFE00-\uFE0E]+/gu;

/** What the compiler finds wrong: it may speak of two that have one name. */
export function explained(message: string): string {
  return message.replace(MARKED, (mark) => (mark === OWN ? "" : " (of an earlier cell)"));
}

const OWN_NAMES = new RegExp(`\\b(${USED_BY_CODE.join("|")})${OWN}`, "g");

/** What code shows: it may hold such characters of its own. */
export function withOwnNames(text: string): string {
  return text.includes(OWN) ? text.replace(OWN_NAMES, "$1") : text;
}

const WRITTEN = new RegExp(`(?<![.\\w$])(${USED_BY_CODE.join("|")})(?![\\w$${OWN}]|\\s*:)`, "g");

/** A text with a place in it, and how its offsets are found in the text that was given. */
export interface Marked {
  readonly text: string;
  readonly position: number;
  readonly back: (offset: number) => number;
}

/** Code in which names that earlier cells have declared stand for those; not the name that ends at the place, if it is being written. */
export function withMarks(
  text: string,
  position: number,
  isEarlier: (name: string) => boolean,
  isWriting: boolean,
): Marked {
  const ends = [...text.matchAll(WRITTEN)]
    .filter(([name]) => isEarlier(name))
    .map(({ index, 0: name }) => index + name.length)
    .filter((end) => !(isWriting && end >= position && position > end - "exports".length - 1));
  const marked = ends.reduceRight((found, end) => found.slice(0, end) + OWN + found.slice(end), text);
  const before = (offset: number) => ends.filter((end) => end < offset).length;
  return {
    text: marked,
    position: position + before(position),
    back: (offset) => offset - ends.filter((end, index) => end + index < offset).length,
  };
}

/** A name that a later cell has declared again, and as it was written. */
export const HIDDEN_NAME = /([\p{ID_Continue}$]+?)[\uFE01-\uFE0E]+/gu;

/** Whether a name is one that a later cell has declared again. */
export function isHidden(name: string): boolean {
  return /[\uFE01-\uFE0E]$/.test(name);
}
