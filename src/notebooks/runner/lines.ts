// Everything that Python's str.splitlines takes for the end of a line: nbformat splits with it.
const ENDS = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const LINE = new RegExp(`[^${ENDS}]*(?:\\r\\n|[${ENDS}])|[^${ENDS}]+$`, "g");

/** Lines with their ends kept, as nbformat stores text: joining them gives the text back. */
export function splitLines(text: string): readonly string[] {
  return text.match(LINE) ?? [];
}
