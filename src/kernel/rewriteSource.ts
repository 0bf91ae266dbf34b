import MagicString from "magic-string";
import type * as ts from "typescript";
import { type CellNames, MEANING, namesOfCell } from "./cellNames";
import { OWN, USED_BY_CODE } from "./marks";
import { isOwnName, isPropertyName, type Scope } from "./ownNames";
import { type Unsupported, unsupportedAt } from "./unsupported";

export interface Rewritten {
  readonly text: string;
  readonly unsupported: readonly Unsupported[];
  /** What is wrong with the cell's grammar, at offsets in the cell. */
  readonly syntax: readonly ts.DiagnosticWithLocation[];
  /** What the cell declares. */
  readonly names: CellNames;
  /** All names that stand in it, but for those of parts of objects and types. */
  readonly mentioned: ReadonlySet<string>;
  /** Whether it imports files, not packages alone. */
  readonly usesFiles: boolean;
  /** Modules that it takes with `import x = require("…")`, which the compiler leaves out: by their names in the cell. */
  readonly required: ReadonlyMap<string, string>;
  /** Names that it gives to parts of namespaces of earlier cells: `import x = N.a`. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Whether `exports` stands in it somewhere. */
  readonly usesExports: boolean;
  /** From the text to the source. */
  readonly map: () => string;
}

interface Binder {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}

/**
 * Rewrites what tslab's converter gets wrong in a cell, without a change of meaning: it turns names of earlier cells into
 * properties of an object wherever they stand as identifiers, and so
 * - `{ seed }` becomes `{ seed: seed }`, since the converter does not see the name in a shorthand property;
 * - `const { task: t } = …` becomes `const { "task": t } = …`, since it takes the property for the name of an earlier cell;
 * - `import … from "./helper.ts"` loses the extension, which its compiler does not allow;
 * - `export const …` loses `export`, and `export { … }` goes: the converter exports every name;
 * - `exports` and `require` get a name of their own where cells declare them: the code around a cell uses both. `isEarlier` says
 *   whether an earlier cell did;
 * - the line `#! …` of a program becomes a comment: tslab puts a line above it.
 */
export function rewriteSource(
  compiler: typeof ts,
  source: string,
  isEarlier: (name: string, meaning: number) => boolean = () => false,
): Rewritten {
  const file = compiler.createSourceFile(
    "cell.tsx",
    source,
    compiler.ScriptTarget.ES2022,
    true,
    compiler.ScriptKind.TS,
  );
  (compiler as unknown as Binder).bindSourceFile(file, { target: compiler.ScriptTarget.ES2022 });
  const text = new MagicString(source);
  if (source.startsWith("#!")) text.overwrite(0, 2, "//");
  const mayHoldOwn =
    USED_BY_CODE.some((name) => isEarlier(name, MEANING.all) || source.includes(name)) ||
    source.includes("\\u");

  const quote = (name: ts.Node) =>
    text.overwrite(name.getStart(), name.getEnd(), JSON.stringify(name.getText()));

  const unsupported: Unsupported[] = [];
  const required = new Map<string, string>();
  const aliases = new Map<string, string>();
  const mentioned = new Set<string>();
  let usesExports = false;
  let usesFiles = file.referencedFiles.length > 0;
  /** A name of the cell's own that is written where a property's name stands as well. */
  const keepProperty = (node: ts.Identifier): void => {
    const { parent } = node;
    if (compiler.isBindingElement(parent) && parent.name === node && parent.propertyName === undefined) {
      if (compiler.isObjectBindingPattern(parent.parent) && parent.dotDotDotToken === undefined)
        text.appendLeft(node.getStart(), `${JSON.stringify(node.text)}: `);
    } else if (compiler.isImportSpecifier(parent) && parent.propertyName === undefined)
      text.appendLeft(node.getStart(), `${node.text} as `);
  };
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
    if (compiler.isIdentifier(node) && !isPropertyName(compiler, node)) mentioned.add(node.text);
    if (mayHoldOwn && compiler.isIdentifier(node) && node.text === "exports") usesExports = true;
    if (mayHoldOwn && isOwnName(compiler, node, isEarlier)) {
      keepProperty(node);
      text.appendLeft(node.getEnd(), OWN);
    }
    if (compiler.isImportEqualsDeclaration(node) && !node.isTypeOnly && node.parent === file) {
      const module = specifierOf(compiler, node.moduleReference);
      let root: ts.Node = node.moduleReference;
      while (compiler.isQualifiedName(root)) root = root.left;
      if (compiler.isIdentifier(root) && (file as Scope).locals?.has(root.text) !== true)
        aliases.set(node.name.text, node.moduleReference.getText());
      if (module) required.set(node.name.text, module.text.replace(/^(\.\.?\/.*[^d])\.tsx?$/, "$1"));
    }
    const specifier = specifierOf(compiler, node);
    if (specifier !== undefined && /^[./#]/.test(specifier.text)) usesFiles = true;
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
    if (compiler.isExportDeclaration(statement) && statement.moduleSpecifier === undefined)
      text.remove(statement.getStart(), statement.getEnd());
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
    names: namesOfCell(compiler, file),
    mentioned,
    usesFiles,
    required,
    aliases,
    usesExports,
    map: () => text.generateMap({ hires: true, source: "cell" }).toString(),
  };
}

function specifierOf(compiler: typeof ts, node: ts.Node): ts.StringLiteral | undefined {
  const of = (specifier: ts.Node | undefined) =>
    specifier !== undefined && compiler.isStringLiteral(specifier) ? specifier : undefined;
  if (compiler.isImportDeclaration(node) || compiler.isExportDeclaration(node))
    return of(node.moduleSpecifier);
  if (compiler.isExternalModuleReference(node)) return of(node.expression);
  if (compiler.isImportTypeNode(node))
    return compiler.isLiteralTypeNode(node.argument) ? of(node.argument.literal) : undefined;
  if (compiler.isCallExpression(node) && node.expression.kind === compiler.SyntaxKind.ImportKeyword)
    return of(node.arguments[0]);
  return undefined;
}
