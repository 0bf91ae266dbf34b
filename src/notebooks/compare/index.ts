/** How the outputs of two runs are compared, and collected from messages: without files and kernels. */
export { type CellDifference, compareNotebooks } from "../runner/compareNotebooks";
export type { KernelMessage } from "../runner/kernelMessage";
export {
  type Cell,
  type CodeCell,
  hasTag,
  isExecutable,
  type Notebook,
  type Output,
} from "../runner/nbformat";
export { OutputCollector } from "../runner/outputCollector";
export { parseNotebook } from "../runner/parseNotebook";
export { serializeNotebook } from "../runner/serializeNotebook";
