import type * as ts from "typescript";

/**
 * Which cells depend on one that has changed, itself included, in their order: those below it that use a name which it, or a cell that
 * depends on it, declares or assigns to. A name counts wherever it stands as an identifier, so a cell may be taken for dependent that
 * only has a property of that name; none is missed.
 */
export function dependents(
  compiler: typeof ts,
  sources: readonly string[],
  changed: number,
): readonly number[] {
  const cells = sources.map((source) => namesOf(compiler, source));
  const declared = new Set(cells.flatMap(({ declares }) => [...declares]));
  const touched = new Set<string>();
  const found: number[] = [];
  cells.forEach(({ uses, gives }, index) => {
    if (index < changed) return;
    if (index > changed && ![...uses].some((name) => touched.has(name))) return;
    found.push(index);
    // What no cell declares, such as `console`, is no cell's to change.
    for (const name of gives) if (declared.has(name)) touched.add(name);
  });
  return found;
}

interface Names {
  readonly uses: ReadonlySet<string>;
  readonly declares: ReadonlySet<string>;
  /** Declared, assigned to, or called upon. */
  readonly gives: ReadonlySet<string>;
}

function namesOf(compiler: typeof ts, source: string): Names {
  const file = compiler.createSourceFile("cell.ts", source, compiler.ScriptTarget.ES2022, true);
  const uses = new Set<string>();
  const gives = new Set<string>();
  const declare = (name: ts.Node | undefined): void => {
    if (name === undefined) return;
    if (compiler.isIdentifier(name)) gives.add(name.text);
    else compiler.forEachChild(name, declare);
  };
  for (const statement of file.statements) {
    if (compiler.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) declare(name);
    else if (
      compiler.isFunctionDeclaration(statement) ||
      compiler.isClassDeclaration(statement) ||
      compiler.isEnumDeclaration(statement)
    )
      declare(statement.name);
  }
  const declares = new Set(gives);
  const visit = (node: ts.Node): void => {
    if (compiler.isIdentifier(node)) uses.add(node.text);
    const isAssignment =
      compiler.isBinaryExpression(node) &&
      node.operatorToken.kind >= compiler.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= compiler.SyntaxKind.LastAssignment;
    if (isAssignment) rootOf(node.left);
    // `list.push(…)` and the like may change what they are called on.
    if (compiler.isCallExpression(node) && compiler.isPropertyAccessExpression(node.expression))
      rootOf(node.expression.expression);
    compiler.forEachChild(node, visit);
  };
  const rootOf = (node: ts.Expression): void => {
    if (compiler.isIdentifier(node)) gives.add(node.text);
    else if (compiler.isPropertyAccessExpression(node) || compiler.isElementAccessExpression(node))
      rootOf(node.expression);
  };
  visit(file);
  return { uses, declares, gives };
}
