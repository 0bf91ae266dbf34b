import type * as ts from "typescript";

/** Code that a cell cannot hold, and what to write in its place. */
export interface Unsupported {
  /** Offsets in the cell. */
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

const DEFAULT =
  "a cell has no default export: give it a name (const result = …), or let it be the cell's last line";
const META =
  "a cell is no module and has no import.meta: process.cwd() is the notebook's folder, require.resolve finds modules";

/**
 * What the compiler lets pass and the function that a cell becomes cannot hold: `export default` and `import.meta`, which only
 * modules have. Node would refuse them without a place.
 */
export function unsupportedAt(compiler: typeof ts, node: ts.Node): Unsupported | undefined {
  const at = (place: ts.Node, message: string): Unsupported => ({
    start: place.getStart(),
    end: place.getEnd(),
    message,
  });
  if (compiler.isExportAssignment(node) && node.isExportEquals !== true) return at(node, DEFAULT);
  if (compiler.isMetaProperty(node) && node.keywordToken === compiler.SyntaxKind.ImportKeyword)
    return at(node, META);
  const isDefinition = compiler.isFunctionDeclaration(node) || compiler.isClassDeclaration(node);
  const keyword = isDefinition
    ? node.modifiers?.find(({ kind }) => kind === compiler.SyntaxKind.DefaultKeyword)
    : undefined;
  return keyword && at(keyword, DEFAULT);
}
