import { type MarkdownOptions, type Page, PageMarkdown } from "@finetune-icl/book";
import * as exported from "@finetune-icl/core";
import { type Formula, formulaTex, NOTATION } from "@finetune-icl/core/algebra";
import type { ReferenceEntry } from "./reference";

/** A folder of src and what it holds, as the README's table says. */
export interface Room {
  readonly name: string;
  readonly holds: string;
}

/** The rows of the README's table of folders, in its order. */
export function readRooms(readme: string): readonly Room[] {
  return [...readme.matchAll(/^\| `src\/(?:\w+\/)?(\w+)` \| ([^|]*?) \|/gm)].map(([, name, holds]) => ({
    name: name!,
    holds: holds!,
  }));
}

/** One page for each room that exports something; formulas are printed as mathematics. */
export function referencePages(
  entries: readonly ReferenceEntry[],
  rooms: readonly Room[],
  options: MarkdownOptions,
): readonly Page[] {
  const own = rooms.map((room) => ({ room, list: entries.filter((entry) => entry.room === room.name) }));
  // What stands in src itself, and in rooms that the README does not know, comes last.
  const others = entries.filter(({ room }) => !rooms.some(({ name }) => name === room));
  const all = [
    ...own,
    { room: { name: "package", holds: "what belongs to no folder" }, list: others },
  ].filter(({ list }) => list.length > 0);
  const pageOf = new Map(
    all.flatMap(({ room, list }) =>
      list.flatMap(({ anchors }) => anchors.map((id) => [id, fileOf(room)] as const)),
    ),
  );
  return all.map(({ room, list }) => page(room, list, pageOf, options));
}

function fileOf({ name }: Room): string {
  return `reference-${name}.html`;
}

function page(
  room: Room,
  list: readonly ReferenceEntry[],
  pageOf: ReadonlyMap<string, string>,
  options: MarkdownOptions,
): Page {
  const file = fileOf(room);
  const markdown = new PageMarkdown({
    ...options,
    resolveLink: (href) => {
      const id = /^#(.+)$/.exec(href)?.[1];
      if (id === undefined) return /^https?:/.test(href) ? href : undefined;
      const target = pageOf.get(id);
      if (target === undefined) return undefined;
      return target === file ? href : `${target}${href}`;
    },
  });
  const title = room.name[0]!.toUpperCase() + room.name.slice(1);
  const intro = `# ${title}\n\n${sentence(room.holds)} Everything here is imported as \`import { … } from "finetune-icl"\`.\n`;
  const printed = new Set<string>();
  const texts = list.map((entry) => `${entry.markdown}\n\n${mathematics(entry.name, printed)}`);
  const html = [intro, ...texts, notation(list.map(({ name }) => name))]
    .map((text) => markdown.render(text))
    .join("\n");
  return {
    file,
    title,
    summary: sentence(room.holds),
    part: "reference",
    html: `<div class="reference">\n${html}\n</div>`,
    headings: markdown.headings.filter(({ level }) => level <= 2),
    sections: markdown.sections,
  };
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** An exported formula in print: its equation and where it comes from. An abbreviation is `printed` once a page. */
function mathematics(name: string, printed: Set<string>): string {
  const value = exportedFormula(name);
  if (value === undefined) return "";
  const [equation, ...abbreviations] = formulaTex(value).split(",\\quad ");
  const fresh = abbreviations.filter((line) => !printed.has(line));
  for (const line of fresh) printed.add(line);
  const above =
    fresh.length < abbreviations.length
      ? " Letters that are not explained here are those of the formulas above."
      : "";
  const lines = [equation, ...fresh].map((line) => `$$\n${line}\n$$`);
  return [`**${value.title}**`, ...lines, `${value.source}${above}`].join("\n\n");
}

/** What the letters mean that occur in some formulas, once for the whole page. */
function notation(names: readonly string[]): string {
  const texts = names.flatMap((name) => {
    const value = exportedFormula(name);
    return value === undefined ? [] : [value.expression, ...value.where.flat()];
  });
  const used = new Set(texts.join(" ").match(/[A-Za-z]+/g));
  const rows = Object.entries(NOTATION)
    .filter(([name]) => used.has(name))
    .map(([name, { tex, meaning }]) => `| $${tex}$ | \`${name}\` | ${meaning} |`);
  return rows.length === 0
    ? ""
    : `## Notation\n\n| letter | name in code | meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
}

function exportedFormula(name: string): Formula | undefined {
  const value = (exported as Readonly<Record<string, unknown>>)[name];
  return isFormula(value) ? value : undefined;
}

function isFormula(value: unknown): value is Formula {
  return (
    typeof value === "object" &&
    value !== null &&
    "expression" in value &&
    "where" in value &&
    "symbol" in value
  );
}
