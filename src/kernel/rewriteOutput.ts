import MagicString, { type SourceMap } from "magic-string";
import type * as ts from "typescript";

/** Names on the object of a cell's names that no cell can have. */
export const HOOKS = { variable: "#variable", await: "#await", iterate: "#iterate" } as const;

export interface RewrittenOutput {
  readonly text: string;
  readonly map: SourceMap;
  /** Whether the cell awaits something at its own level; tslab does not see `for await`. */
  readonly isAsync: boolean;
}

/**
 * Rewrites the JavaScript of a cell before it becomes a function:
 * - a variable of the cell's own level (`let`, `var`) is shared by reference with later cells: they assign to the variable that
 *   functions of this cell read, where the converter would give them a copy;
 * - `await` and `for await` of the cell's own level can be interrupted.
 */
export function rewriteOutput(compiler: typeof ts, js: string): RewrittenOutput {
  const file = compiler.createSourceFile(
    "cell.js",
    js,
    compiler.ScriptTarget.ES2022,
    false,
    compiler.ScriptKind.JS,
  );
  const text = new MagicString(js);
  const shared = new Set<string>();

  for (const statement of file.statements) {
    if (!compiler.isVariableStatement(statement)) continue;
    if ((statement.declarationList.flags & compiler.NodeFlags.Const) !== 0) continue;
    const names = statement.declarationList.declarations.flatMap(({ name }) => namesIn(compiler, name));
    for (const name of names) {
      shared.add(name);
      text.appendRight(
        statement.getEnd(),
        ` exports[${JSON.stringify(HOOKS.variable)}](${JSON.stringify(name)}, () => ${name}, (value) => { ${name} = value; });`,
      );
    }
  }

  for (const statement of file.statements) {
    if (!compiler.isExportDeclaration(statement)) continue;
    const { exportClause } = statement;
    if (exportClause === undefined || !compiler.isNamedExports(exportClause)) continue;
    const kept = exportClause.elements
      .map((element) => element.name.text)
      .filter((name) => !shared.has(name));
    if (kept.length < exportClause.elements.length)
      text.overwrite(statement.getStart(file), statement.getEnd(), `export { ${kept.join(", ")} };`);
  }

  let isAsync = false;
  const wrap = (hook: string, { pos, end }: { readonly pos: number; readonly end: number }) => {
    isAsync = true;
    text.appendRight(pos, ` exports[${JSON.stringify(hook)}](`);
    text.appendLeft(end, ")");
  };
  const visit = (node: ts.Node): void => {
    if (compiler.isFunctionLike(node)) return;
    if (compiler.isClassDeclaration(node) || compiler.isClassExpression(node)) return;
    if (compiler.isAwaitExpression(node)) wrap(HOOKS.await, node.expression);
    if (compiler.isForOfStatement(node) && node.awaitModifier) wrap(HOOKS.iterate, node.expression);
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return { text: text.toString(), map: text.generateMap({ hires: true, source: "cell.js" }), isAsync };
}

function namesIn(compiler: typeof ts, name: ts.BindingName): readonly string[] {
  if (compiler.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    compiler.isOmittedExpression(element) ? [] : namesIn(compiler, element.name),
  );
}
