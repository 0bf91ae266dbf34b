export { createConnection } from "./connection";
export { courseNotebooks } from "./courseNotebooks";
export {
  type Cell,
  type CodeCell,
  hasTag,
  isExecutable,
  type MimeBundle,
  type Notebook,
  type Output,
} from "./nbformat";
export { kernelProgram } from "./packagePaths";
export { overrideParameters } from "./parameters";
export { type NotebookFile, readNotebook, readNotebookFile } from "./readNotebook";
export { describeResult, type NotebookResult, type RunFileOptions, runNotebookFile } from "./runNotebookFile";
export { decodeMessage, encodeMessage } from "./wire";
