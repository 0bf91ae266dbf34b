import { basename } from "node:path";
import { escapeXml } from "@finetune-icl/base";
import { readTeachingNotes } from "@finetune-icl/notebooks/course";
import { type Cell, type CodeCell, hasTag, type Notebook } from "@finetune-icl/notebooks/runner";
import { atPlace } from "./atPlace";
import { cellOutput } from "./cellOutput";
import { highlight } from "./highlight";
import { type MarkdownOptions, PageMarkdown } from "./markdown";
import type { Page } from "./page";
import type { Pictures } from "./pictures";

/** Code longer than this starts folded: the page tells a story first. */
const LONG_CODE = 14;

/** Tags of cells that belong to exercises, and look different for it. */
const EXERCISE_TAGS = ["exercise", "check", "solution"] as const;

/** A notebook and where it stands. */
export interface NotebookSource {
  /** Path in the package, such as `notebooks/01-….ipynb`. */
  readonly path: string;
  readonly notebook: Notebook;
}

/**
 * `notebooks/01-a-title.ipynb` → `01-a-title.html`.
 * @example
 * console.log(notebookPageFile("notebooks/01-sorting.ipynb")); // 01-sorting.html
 */
export function notebookPageFile(path: string): string {
  return basename(path).replace(/\.ipynb$/, ".html");
}

/** An executed notebook as a page: every cell has an anchor `cell-ID`, code can be folded and copied. */
export function notebookPage(
  { path, notebook }: NotebookSource,
  options: MarkdownOptions & {
    readonly pictures: Pictures;
    readonly tableAddress: (name: string) => string | undefined;
    readonly download: string;
    /** Scripts with which the page runs its code. */
    readonly running?: readonly string[];
  },
): Page {
  const markdown = new PageMarkdown(options);
  const file = notebookPageFile(path);
  const stem = file.replace(/\.html$/, "");
  const opening = notebook.cells.findIndex(showsFigure);
  const html = notebook.cells
    .map((cell, i) =>
      atPlace(`${path}, cell ${cell.id}`, () =>
        cellElement(cell, { ...options, markdown, stem, isOpening: i <= opening }),
      ),
    )
    .join("\n");
  return {
    file,
    title: markdown.sections[0]?.title ?? stem,
    summary: firstSentence(markdown.sections[0]?.text ?? ""),
    part: "course",
    html,
    headings: markdown.headings,
    sections: markdown.sections,
    slides: true,
    download: { href: options.download, label: "Download notebook" },
    ...(options.running && { scripts: options.running, runsCode: true }),
  };
}

interface CellContext {
  readonly markdown: PageMarkdown;
  readonly pictures: Pictures;
  readonly tableAddress: (name: string) => string | undefined;
  readonly stem: string;
  /** Whether the first figure is still to come, or is this cell's: all code is folded until then, so that the figure stands in the first screen. */
  readonly isOpening: boolean;
}

function showsFigure(cell: Cell): boolean {
  return (
    cell.cell_type === "code" &&
    cell.outputs.some((output) => "data" in output && "image/svg+xml" in output.data)
  );
}

function cellElement(cell: Cell, context: CellContext): string {
  const kinds = [
    "cell",
    cell.cell_type,
    ...(context.isOpening ? ["opening"] : []),
    ...EXERCISE_TAGS.filter((tag) => hasTag(cell, tag)),
  ];
  const open = `<section class="${kinds.join(" ")}" id="cell-${escapeXml(cell.id)}">`;
  switch (cell.cell_type) {
    case "markdown":
      return `${open}\n${teachingElement(cell, context)}${context.markdown.render(cell.source)}</section>`;
    case "code": {
      const setup = setupName(cell);
      if (setup === undefined)
        return `${open}\n${codeElement(cell, context)}\n${outputElements(cell, context)}</section>`;
      return `${open}\n<details class="setup"><summary>${setup}</summary>\n${codeBlock(shownSource(cell))}\n${outputElements(cell, context)}</details></section>`;
    }
    case "raw":
      return "";
  }
}

/** What a teacher is told about a section, for the slides alone: nothing of it is shown on the page or read out. */
function teachingElement(cell: Cell, { stem }: CellContext): string {
  const [teaching] = readTeachingNotes([cell], stem);
  if (teaching === undefined) return "";
  const { minutes, note = "" } = teaching;
  return `<template class="teaching" data-minutes="${minutes}">${escapeXml(note)}</template>\n`;
}

/** What prepares a lesson and tells nothing of it, by its name: folded with its outputs, so that the first screen shows the lesson itself. */
function setupName(cell: CodeCell): string | undefined {
  const code = cell.source.replace(/^\s*\/\/.*$/gm, "").trim();
  if (/^(?:import\s[^;]*;\s*)+$/.test(code)) return "Imports";
  if (hasTag(cell, "parameters")) return "Constants that you may change";
  if (/^showNotation\([^)]*\);?$/.test(code)) return "Notation";
  return hasTag(cell, "setup") ? "Preparations" : undefined;
}

function shownSource({ source }: CodeCell): string {
  return source.replace(/^\s*\/\/ (?:BEGIN|END) SOLUTION\n/gm, "");
}

function codeBlock(source: string): string {
  return `<pre tabindex="0" aria-label="Code"><code class="hljs language-typescript">${highlight(source, "typescript")}</code></pre>`;
}

/** A reader who wants to try first finds answers and checks folded, whatever their length. */
function codeElement(cell: CodeCell, { isOpening }: CellContext): string {
  const source = shownSource(cell);
  if (source.trim() === "") return "";
  const lines = source.split("\n").length;
  const [kind, name] = hasTag(cell, "exercise")
    ? [" answer", "An answer in code"]
    : hasTag(cell, "check")
      ? [" check", "How an answer is checked"]
      : ["", "Code"];
  const open = kind === "" && lines <= LONG_CODE && !isOpening ? " open" : "";
  return [
    `<details class="code${kind}"${open}><summary>${name}<span class="lines">${lines} ${lines === 1 ? "line" : "lines"}</span></summary>`,
    codeBlock(source),
    "</details>",
  ].join("");
}

function outputElements(cell: CodeCell, { markdown, pictures, tableAddress, stem }: CellContext): string {
  const parts = cell.outputs.map((output, i) =>
    cellOutput(output, { markdown, pictures, tableAddress, cell, name: `${stem}-${cell.id}-${i + 1}` }),
  );
  return parts.length === 0 ? "" : `<div class="outputs">\n${parts.join("\n")}\n</div>\n`;
}

/** The first sentence, after a bold lead such as "The question."; an initial such as "C." ends none. */
export function firstSentence(text: string): string {
  const rest = text.replace(/^The (?:question|idea in words)\.\s*/, "");
  return /^.{20,}?(?<!\b\p{Lu})[.?!](?=\s|$)/su.exec(rest)?.[0] ?? rest.slice(0, 160);
}
