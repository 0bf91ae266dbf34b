import { basename } from "node:path";
import { atPlace } from "./atPlace";
import { type MarkdownOptions, PageMarkdown } from "./markdown";
import { firstSentence } from "./notebookPage";
import type { Page } from "./page";

/** A Markdown file of the package. */
export interface DocSource {
  /** Path in the package, such as `docs/theory.md`. */
  readonly path: string;
  readonly text: string;
}

/** `docs/theory.md` → `theory.html`. */
export function docPageFile(path: string): string {
  return basename(path).toLowerCase().replace(/\.md$/, ".html");
}

export function docPage({ path, text }: DocSource, options: MarkdownOptions): Page {
  const markdown = new PageMarkdown(options);
  const html = atPlace(path, () => markdown.render(text));
  const [first] = markdown.sections;
  return {
    file: docPageFile(path),
    title: first?.title ?? path,
    summary: firstSentence(first?.text ?? ""),
    part: "guides",
    html,
    headings: markdown.headings,
    sections: markdown.sections,
  };
}
