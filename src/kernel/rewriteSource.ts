import MagicString from "magic-string";
import type * as ts from "typescript";
import { type Unsupported, unsupportedAt } from "./unsupported";

export interface Rewritten {
  readonly text: string;
  readonly unsupported: readonly Unsupported[];
  /** What is wrong with the cell's grammar, at offsets in the cell. */
  readonly syntax: readonly ts.DiagnosticWithLocation[];
  /** From the text to the source. */
  readonly map: () => string;
}

/**
 * Rewrites what tslab's converter gets wrong in a cell, without a change of meaning: it turns names of earlier cells into
 * properties of an object wherever they stand as identifiers, and so
 * - `{ seed }` becomes `{ seed: seed }`, since the converter does not see the name in a shorthand property;
 * - `const { task: t } = …` becomes `const { "task": t } = …`, since it takes the property for the name of an earlier cell;
 * - `import … from "./helper.ts"` loses the extension, which its compiler does not allow;
 * - `export const …` loses `export`: the converter exports every name.
 */
export function rewriteSource(compiler: typeof ts, source: string): Rewritten {
  const file = compiler.createSourceFile(
    "cell.tsx",
    source,
    compiler.ScriptTarget.ES2022,
    true,
    compiler.ScriptKind.TS,
  );
  const text = new MagicString(source);

  const quote = (name: ts.Node) =>
    text.overwrite(name.getStart(), name.getEnd(), JSON.stringify(name.getText()));

  const unsupported: Unsupported[] = [];
  const visit = (node: ts.Node): void => {
    const wrong = unsupportedAt(compiler, node);
    if (wrong) unsupported.push(wrong);
    if (compiler.isShorthandPropertyAssignment(node)) {
      const { name } = node;
      if (name.text !== "")
        text.appendLeft(name.getStart(), `${inPattern(node) ? JSON.stringify(name.text) : name.text}: `);
    } else if (
      compiler.isBindingElement(node) &&
      node.propertyName !== undefined &&
      compiler.isIdentifier(node.propertyName)
    ) {
      quote(node.propertyName);
    } else if (compiler.isPropertyAssignment(node) && compiler.isIdentifier(node.name) && inPattern(node)) {
      quote(node.name);
    }
    const specifier = specifierOf(compiler, node);
    if (specifier !== undefined && /^\.\.?\/.*[^d]\.tsx?$/.test(specifier.text)) {
      const extension = specifier.text.endsWith("x") ? 4 : 3;
      text.remove(specifier.getEnd() - 1 - extension, specifier.getEnd() - 1);
    }
    compiler.forEachChild(node, visit);
  };

  // An object literal to the left of `=` or behind `of` takes apart what stands to the right.
  const inPattern = (node: ts.Node): boolean => {
    let inner: ts.Node = node;
    for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
      if (compiler.isBinaryExpression(outer))
        return outer.operatorToken.kind === compiler.SyntaxKind.EqualsToken && outer.left === inner;
      if (compiler.isForOfStatement(outer) || compiler.isForInStatement(outer))
        return outer.initializer === inner;
      const isPart =
        compiler.isObjectLiteralExpression(outer) ||
        compiler.isArrayLiteralExpression(outer) ||
        (compiler.isPropertyAssignment(outer) && outer.initializer === inner) ||
        compiler.isSpreadElement(outer) ||
        compiler.isSpreadAssignment(outer);
      if (!isPart && outer !== node) return false;
    }
    return false;
  };

  visit(file);
  for (const statement of file.statements) {
    const modifiers = compiler.canHaveModifiers(statement) ? compiler.getModifiers(statement) : undefined;
    for (const modifier of modifiers ?? [])
      if (modifier.kind === compiler.SyntaxKind.ExportKeyword)
        text.remove(modifier.getStart(), modifier.getEnd());
  }
  return {
    text: text.toString(),
    unsupported,
    syntax: (file as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] })
      .parseDiagnostics,
    map: () => text.generateMap({ hires: true, source: "cell" }).toString(),
  };
}

function specifierOf(compiler: typeof ts, node: ts.Node): ts.StringLiteral | undefined {
  const of = (specifier: ts.Node | undefined) =>
    specifier !== undefined && compiler.isStringLiteral(specifier) ? specifier : undefined;
  if (compiler.isImportDeclaration(node) || compiler.isExportDeclaration(node))
    return of(node.moduleSpecifier);
  if (compiler.isCallExpression(node) && node.expression.kind === compiler.SyntaxKind.ImportKeyword)
    return of(node.arguments[0]);
  return undefined;
}
