import type * as ts from "typescript";

/**
 * Which cells must run, in their order, so that all are as if they had run one after the other. `ran` says when each has run as it now
 * stands, any growing numbers, or undefined. A cell is stale that has not, and one that uses a name which a cell above it declares or assigns to
 * that is stale or has run later. A name counts wherever it stands as an identifier, so a cell may be taken for stale that only has a property of
 * that name; none is missed.
 */
export function staleCells(
  compiler: typeof ts,
  sources: readonly string[],
  ran: readonly (number | undefined)[],
): readonly number[] {
  const cells = sources.map((source) => namesOf(compiler, source));
  // What no cell declares, such as `console`, is no cell's to change.
  const declared = new Set(cells.flatMap(({ declares }) => [...declares]));
  /** When a name was last given its value by a cell above. */
  const given = new Map<string, number>();
  return cells.flatMap(({ uses, gives }, index) => {
    const own = ran[index] ?? Number.POSITIVE_INFINITY;
    const latest = Math.max(...[...uses].map((name) => given.get(name) ?? Number.NEGATIVE_INFINITY));
    const isStale = own === Number.POSITIVE_INFINITY || latest > own;
    const time = isStale ? Number.POSITIVE_INFINITY : own;
    for (const name of gives)
      if (declared.has(name)) given.set(name, Math.max(time, given.get(name) ?? Number.NEGATIVE_INFINITY));
    return isStale ? [index] : [];
  });
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
