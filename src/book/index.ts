/** Notebooks and documents as a static site. */

export type { PageScript } from "./assets";
export {
  type BookOptions,
  type BookReport,
  buildBook,
  type InText,
  type OwnPages,
  type Workshop,
} from "./buildBook";
export type { Front } from "./frontPage";
export { type MarkdownOptions, PageMarkdown } from "./markdown";
export { type NotebookSource, notebookPageFile } from "./notebookPage";
export type { Page } from "./page";
export type { Pictures } from "./pictures";
export type { SpecialLink } from "./siteLinks";
export { readLessons } from "./sources";
