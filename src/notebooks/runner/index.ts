export { courseNotebooks } from "./courseNotebooks";
export { type Cell, type CodeCell, type MimeBundle, type Notebook, type Output, hasTag, isExecutable } from "./nbformat";
export { packageRoot } from "./packagePaths";
export { overrideParameters } from "./parameters";
export { type NotebookFile, readNotebook, readNotebookFile } from "./readNotebook";
export { type NotebookResult, type RunFileOptions, describeResult, runNotebookFile } from "./runNotebookFile";
