import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { notebookPage } from "../../src/book/notebookPage";
import { Pictures } from "../../src/book/pictures";
import { CELLS, notebookOf } from "../notebooks/course/support/lesson";

const { html } = notebookPage(
  { path: "notebooks/04-a.ipynb", notebook: notebookOf(CELLS) },
  {
    pictures: new Pictures(),
    references: [],
    resolveLink: () => undefined,
    tableAddress: () => undefined,
    download: "files/a.ipynb",
  },
);
const { document } = new JSDOM(html).window;
const cell = (id: string) => document.getElementById(`cell-${id}`)!;

describe("exercises in the book", () => {
  it("fold answers and checks, however short, and no other code", () => {
    const details = (id: string) => cell(id).querySelector<HTMLDetailsElement>("details.code")!;
    expect(details("answer-4-1").open).toBe(false);
    expect(details("answer-4-1").querySelector("summary")?.textContent).toMatch(/^An answer in code/);
    expect(details("check-4-1").open).toBe(false);
    expect(details("check-4-1").querySelector("summary")?.textContent).toMatch(/^How an answer is checked/);
    expect(details("import").open).toBe(true);
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

  it("keep the outputs of checks, and show no notes for teachers", () => {
    expect(cell("check-4-1").querySelector(".outputs")?.textContent).toContain("stored");
    expect(html).not.toContain("Ask first");
  });
});
