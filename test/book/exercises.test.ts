import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { notebookPage } from "../../src/book/notebookPage";
import { Pictures } from "../../src/book/pictures";
import type { Cell } from "../../src/notebooks/runner/nbformat";
import { CELLS, code, notebookOf } from "../notebooks/course/support/lesson";

const pageOf = (cells: readonly Cell[]) =>
  notebookPage(
    { path: "notebooks/04-a.ipynb", notebook: notebookOf(cells) },
    {
      pictures: new Pictures(),
      references: [],
      resolveLink: () => undefined,
      tableAddress: () => undefined,
      download: "files/a.ipynb",
    },
  ).html;
/** Short code that is part of the story, before and after the first figure. */
const before = code("before", "const twice = 2 * shift;");
const figure: Cell = {
  ...code("figure", "await showFigure(twice);"),
  outputs: [
    {
      output_type: "display_data",
      data: { "image/svg+xml": '<svg width="9" height="9"><title>A</title><desc>B</desc></svg>' },
      metadata: {},
    },
  ],
};
const after = code("after", "console.log(twice);");
const html = pageOf([...CELLS.slice(0, 3), before, figure, after, ...CELLS.slice(3)]);
const { document } = new JSDOM(html).window;
const cell = (id: string) => document.getElementById(`cell-${id}`)!;

describe("exercises in the book", () => {
  it("fold answers and checks, however short, and no other code", () => {
    const details = (id: string) => cell(id).querySelector<HTMLDetailsElement>("details.code")!;
    expect(details("answer-4-1").open).toBe(false);
    expect(details("answer-4-1").querySelector("summary")?.textContent).toMatch(/^An answer in code/);
    expect(details("check-4-1").open).toBe(false);
    expect(details("check-4-1").querySelector("summary")?.textContent).toMatch(/^How an answer is checked/);
    expect(details("after").open).toBe(true);
  });

  it("fold what prepares a lesson, and all code down to its first figure, which is not folded itself", () => {
    for (const [id, name] of [
      ["import", "Imports"],
      ["parameters", "Constants that you may change"],
    ] as const) {
      const setup = cell(id).querySelector<HTMLDetailsElement>("details.setup")!;
      expect([setup.open, setup.querySelector("summary")?.textContent]).toEqual([false, name]);
      expect(cell(id).querySelector("details.code")).toBeNull();
    }
    for (const id of ["before", "figure"])
      expect(cell(id).querySelector<HTMLDetailsElement>("details.code")!.open, id).toBe(false);
    expect(cell("figure").querySelector("figure")!.closest("details")).toBeNull();
    // Without a figure nothing is an opening.
    const plain = new JSDOM(pageOf([...CELLS.slice(0, 3), before])).window.document;
    expect(plain.querySelector<HTMLDetailsElement>("#cell-before details.code")!.open).toBe(true);
  });

  it("show an answer without the markers that cut it out", () => {
    const code = cell("answer-4-1").querySelector("code")?.textContent;
    expect(code).toBe(
      "const answer41 = (x: number): number => {\n  const twice = 2 * x;\n  return twice;\n};",
    );
  });

  it("keep solutions folded, mathematics rendered inside them", () => {
    const details = cell("solution-4-1").querySelector<HTMLDetailsElement>("details")!;
    expect(details.open).toBe(false);
    expect(details.querySelector("summary")?.textContent).toBe("Solution");
    expect(details.querySelectorAll(".katex")).toHaveLength(1);
  });

  it("keep the outputs of checks, and show no notes for teachers: these are in templates, for the slides alone", () => {
    expect(cell("check-4-1").querySelector(".outputs")?.textContent).toContain("stored");
    // What a template holds is no part of the page: it is not drawn, read out or found.
    expect(document.body.textContent).not.toContain("Ask first");
    const notes = [...document.querySelectorAll<HTMLTemplateElement>("template.teaching")];
    expect(notes.map(({ content }) => content.textContent)).toContain("Ask first.\nThen wait.");
  });
});
