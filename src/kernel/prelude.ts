/** What every cell can use beside the names of cells before it and tslab's own: as the compiler sees it. */
export const PRELUDE = `/** Asks the reader for a line of text. */
declare function input(prompt?: string, options?: { readonly password?: boolean }): Promise<string>;
/** Empties the cell's output, at once or just before its next output. */
declare function clearOutput(wait?: boolean): void;
`;
