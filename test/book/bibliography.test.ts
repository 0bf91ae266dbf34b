import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { citations, readBibliography } from "../../src/book/bibliography";
import { packageRoot } from "../support/root";

const root = join(packageRoot);
const works = readBibliography(join(root, "data/bibliography.json"));
const under = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !/(?:^|\/)(?:dist|node_modules)\//.test(name))
    .map((name) => join(folder, name));
const text = (file: string): string => readFileSync(join(root, file), "utf8");

interface Cell {
  readonly cell_type: string;
  readonly id: string;
  readonly source: readonly string[];
}
/** The words of a lesson, outputs left out. */
const lessons = under("notebooks", ".ipynb")
  .filter((file) => !file.includes("templates"))
  .map((file) => ({
    file,
    cells: (JSON.parse(text(file)) as { readonly cells: readonly Cell[] }).cells.map((cell) => ({
      ...cell,
      text: cell.source.join(""),
    })),
  }));
const docs = under("docs", ".md").map((file) => ({ file, text: text(file) }));

describe("the bibliography", () => {
  it("holds every work named in the references of a lesson, by its full title", () => {
    const titles = new Set(works.map(({ title }) => title));
    const named = lessons.flatMap(({ file, cells }) =>
      cells
        .filter(({ id }) => id === "references")
        .flatMap((cell) =>
          [...cell.text.matchAll(/(.{0,12})\*([^*]+)\*/g)]
            // Guides of this package are named in italics too.
            .filter((match) => !/guide $/i.test(match[1]!))
            .map((match) => ({ file, title: match[2]! })),
        ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ title }) => !titles.has(title))).toEqual([]);
  });

  it("holds every author and year that docs, sources and tables cite", () => {
    const known = works.flatMap(({ authors, year }) =>
      authors.map((author) => `${author.split(" ").slice(-1)[0]} ${year}`),
    );
    const cited = [
      ...docs,
      ...[...under("src", ".ts"), "data/real/README.md"].map((file) => ({ file, text: text(file) })),
    ].flatMap((page) =>
      [
        ...page.text.matchAll(
          /(?<!\p{L})(\p{Lu}\p{L}+)(?:(?:,? and |, )\p{Lu}\p{L}+)*(?: et al\.)? \(?((?:19|20)\d\d)(?=[),;:\s])/gu,
        ),
      ].map((match) => ({ file: page.file, work: `${match[1]} ${match[2]}` })),
    );
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter(({ work }) => !known.includes(work))).toEqual([]);
  });

  it("has no work that no page of the book cites, and no link to a work that it lacks", () => {
    const pages = [
      ...docs.map((page) => page.text),
      ...lessons.flatMap(({ cells }) => cells.map((cell) => cell.text)),
      text("README.md"),
    ].join("\n");
    const references = citations(works);
    const uncited = works.filter(
      ({ id }) => !references.some(({ href, pattern }) => href.endsWith(`#${id}`) && pattern.test(pages)),
    );
    expect(uncited.map(({ id }) => id)).toEqual([]);
    const keys = [...pages.matchAll(/bibliography\.html#([\w-]+)/g)].map((match) => match[1]!);
    expect(keys.filter((key) => !works.some(({ id }) => id === key))).toEqual([]);
    expect(new Set(works.map(({ id }) => id)).size).toBe(works.length);
  });
});
