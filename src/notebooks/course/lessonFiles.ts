import type { Notebook } from "../runner/nbformat";

/**
 * Which files go along with a lesson: those that its code names as `"../data/…"` (a folder goes whole), the tables that its
 * figures stored (`data/figures/NAME.csv` for each NAME that stands in its code as a text), and the pages that its text links
 * to as `../docs/…`.
 * @param stored paths of all files there are, such as `data/experiment/comparison.csv`
 * @throws Error naming a path that the lesson reads and that is not there, or that its code puts together
 */
export function lessonFiles({ cells }: Notebook, stored: readonly string[]): readonly string[] {
  const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source);
  const texts = code.flatMap((source) => [...source.matchAll(/"([^"\n]*)"/g)].map(([, text]) => text!));
  const named = code.flatMap((source) =>
    [...source.matchAll(/\.\.\/data\/[^"'`\s]*/g)].map(([path]) => path),
  );
  const computed = named.find((path) => !texts.includes(path));
  if (computed !== undefined)
    throw new Error(`${computed}: a lesson names what it reads as one text between double quotes`);
  const read = named.flatMap((path) => {
    const file = path.slice("../".length).replace(/\/$/, "");
    const found = stored.filter((each) => each === file || each.startsWith(`${file}/`));
    if (found.length === 0) throw new Error(`${path}: a lesson reads it, and it is not there`);
    return found;
  });
  const text = cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source);
  const links = text.flatMap((source) =>
    [...source.matchAll(/\]\(\.\.\/(docs\/[^)#?\s]+)/g)].map(([, path]) => path!),
  );
  const pages = links.filter((path) => stored.includes(path));
  const tables = texts.map((text) => `data/figures/${text}.csv`).filter((file) => stored.includes(file));
  return [...new Set([...read, ...tables, ...pages])].sort();
}
