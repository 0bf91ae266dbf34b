/** Outputs of cells as HTML, for whoever shows them elsewhere than in a book that is being built. */
export { cellOutput, type OutputContext } from "../cellOutput";
export { highlight } from "../highlight";
export { PageMarkdown } from "../markdown";
