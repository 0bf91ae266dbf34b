/** Characters of text that a cell may print before the page stops to show it. */
export const MOST_TEXT = 100_000;
/** Outputs of a cell: pieces of text between others count, too. */
export const MOST_OUTPUTS = 100;
/** Characters of all that a cell displays, together. */
export const MOST_TOGETHER = 500_000;
/** Characters of one output, of those that take longest to be set: formulas, and the parts of a table. */
const MOST_DISPLAYED: Readonly<Record<string, number>> = {
  "text/plain": MOST_TEXT,
  "text/markdown": 50_000,
  "text/html": 50_000,
};
/** Characters of one output in any form. */
const MOST_OF_ANY = 2_000_000;

/** The forms of an output, the one that the page shows first. */
const SHOWN = ["image/svg+xml", "image/png", "text/markdown", "text/html", "text/plain"];

type Bundle = Readonly<Record<string, unknown>>;

const sizeOf = (value: unknown): number =>
  typeof value === "string" ? value.length : (JSON.stringify(value ?? null) ?? "").length;

/** The form that a page makes of an output. */
const shownOf = (data: Bundle): string | undefined => SHOWN.find((mime) => typeof data[mime] === "string");

/** Characters of what a page makes of an output: the form that it shows, and a figure's data. */
export const bundleSize = (data: Bundle): number =>
  sizeOf(data[shownOf(data) ?? ""]) + sizeOf(data["application/vnd.plotly.v1+json"]);

/** Of an output that is too large the first rows of a table stay, or the plain text, as far as it is read; what was cut is said. */
export function cutBundle<T extends Bundle>(data: T): T | { readonly [mime: string]: string } {
  const shown = shownOf(data);
  const size = Math.max(0, ...Object.values(data).map(sizeOf));
  const shownSize = shown === undefined ? 0 : sizeOf(data[shown]);
  if (size <= MOST_OF_ANY && shownSize <= (MOST_DISPLAYED[shown ?? ""] ?? MOST_OF_ANY)) return data;
  const text = typeof data["text/plain"] === "string" ? data["text/plain"] : "";
  const words = `… cut here: this output has ${size > MOST_OF_ANY ? size : shownSize} characters, more than a page can show.`;
  const html = shown === "text/html" ? String(data[shown]) : "";
  const rows = html.lastIndexOf("</tr>", MOST_DISPLAYED["text/html"]);
  // A browser ends what is open.
  if (rows > 0) return { "text/html": `${html.slice(0, rows)}</table><p>${words}</p>` };
  return { "text/plain": text === "" ? words : `${text.slice(0, MOST_TEXT)}\n${words}` };
}
