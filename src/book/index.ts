export { PLOT_CONFIG, type Plotly, plotly } from "./browser/plotly";
export { buildBook } from "./buildBook";
export { type MarkdownOptions, PageMarkdown } from "./markdown";
export { notebookPageFile } from "./notebookPage";
export type { Page } from "./page";
export { Pictures } from "./pictures";
