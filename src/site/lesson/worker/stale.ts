import type * as ts from "typescript";

/**
 * Which cells must run, in their order, so that all are as if they had run one after the other. `ran` says when each has run as it now
 * stands, any growing numbers, or undefined. A cell is stale that has not, and one that uses a name which a cell above it declares or may
 * change that is stale or has run later. A name counts wherever it stands as an identifier, and a cell may change whatever it assigns to, calls
 * upon or hands to a function, itself or by a function that it calls: so a cell may be taken for stale that is not. What two names share that no
 * cell says to be the same, such as the entries of a list that a function gave back, is not seen; and what a cell has changed in a value of a
 * cell above is not taken back.
 */
export function staleCells(
  compiler: typeof ts,
  sources: readonly string[],
  ran: readonly (number | undefined)[],
): readonly number[] {
  const cells = sources.map((source) => namesOf(compiler, source));
  // What no cell declares, such as `console`, is no cell's to change.
  const declared = new Set(cells.flatMap(({ declares }) => [...declares]));
  const fixed = fixedNames(cells);
  const through = new Map(cells.flatMap((cell) => [...cell.through]));
  /** When a name was last given its value by a cell above. */
  const given = new Map<string, number>();
  return cells.flatMap(({ uses, declares, changes }, index) => {
    const own = ran[index] ?? Number.POSITIVE_INFINITY;
    const latest = Math.max(...[...uses].map((name) => given.get(name) ?? Number.NEGATIVE_INFINITY));
    const isStale = own === Number.POSITIVE_INFINITY || latest > own;
    const time = isStale ? Number.POSITIVE_INFINITY : own;
    const changed = [...reached(changes, uses, through)].filter((name) => !fixed.has(name));
    for (const name of [...declares, ...changed])
      if (declared.has(name)) given.set(name, Math.max(time, given.get(name) ?? Number.NEGATIVE_INFINITY));
    return isStale ? [index] : [];
  });
}

interface Names {
  readonly uses: ReadonlySet<string>;
  readonly declares: ReadonlySet<string>;
  /** Declared as what nothing can change: a function, a class, an import, or a constant that is a number or a text. */
  readonly fixed: ReadonlySet<string>;
  /** Assigned to, called upon, or handed to a function. */
  readonly changes: ReadonlySet<string>;
  /** Of functions and of other names for a value: what may be changed by them. */
  readonly through: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Names that every cell which declares them fixes. */
function fixedNames(cells: readonly Names[]): ReadonlySet<string> {
  const open = new Set(
    cells.flatMap(({ declares, fixed }) => [...declares].filter((name) => !fixed.has(name))),
  );
  return new Set(cells.flatMap(({ fixed }) => [...fixed]).filter((name) => !open.has(name)));
}

/** What is changed by these names and by the functions among those that are used. */
function reached(
  changes: ReadonlySet<string>,
  uses: ReadonlySet<string>,
  through: Names["through"],
): ReadonlySet<string> {
  const found = new Set(changes);
  const asked = [...uses].filter((name) => through.has(name));
  for (const name of asked)
    for (const other of through.get(name)!) {
      found.add(other);
      if (through.has(other) && !asked.includes(other)) asked.push(other);
    }
  return found;
}

function namesOf(compiler: typeof ts, source: string): Names {
  const file = compiler.createSourceFile("cell.ts", source, compiler.ScriptTarget.ES2022, true);
  const uses = new Set<string>();
  const declares = new Set<string>();
  const fixed = new Set<string>();
  const through = new Map<string, ReadonlySet<string>>();
  const declare = (name: ts.Node | undefined, isFixed = false): void => {
    if (name === undefined) return;
    if (compiler.isIdentifier(name)) {
      declares.add(name.text);
      if (isFixed) fixed.add(name.text);
    } else if (compiler.isBindingElement(name)) declare(name.name, isFixed);
    else compiler.forEachChild(name, (part) => declare(part, isFixed));
  };
  /** Declarations that are the whole cell's. */
  const declareIn = (node: ts.Node): void => {
    if (compiler.isVariableDeclarationList(node)) {
      const isBlock = (node.flags & compiler.NodeFlags.BlockScoped) !== 0;
      if (isBlock && !compiler.isVariableStatement(node.parent)) return;
      if (isBlock && node.parent.parent !== file) return;
      const isConst = (node.flags & compiler.NodeFlags.Const) !== 0;
      for (const { name, initializer } of node.declarations) {
        declare(name, isConst && initializer !== undefined && isFixedValue(compiler, initializer));
        if (initializer && compiler.isIdentifier(name)) remember(name.text, initializer);
      }
    } else if (compiler.isFunctionDeclaration(node)) {
      if (node.parent !== file) return;
      declare(node.name, true);
      if (node.name) remember(node.name.text, node);
      return;
    } else if (
      compiler.isClassDeclaration(node) ||
      compiler.isEnumDeclaration(node) ||
      compiler.isModuleDeclaration(node) ||
      compiler.isInterfaceDeclaration(node) ||
      compiler.isTypeAliasDeclaration(node)
    ) {
      // A class or a namespace has parts that may be changed.
      if (node.parent === file)
        declare(node.name, compiler.isInterfaceDeclaration(node) || compiler.isTypeAliasDeclaration(node));
      return;
    } else if (compiler.isImportClause(node) || compiler.isImportEqualsDeclaration(node)) {
      declare(node.name, true);
    } else if (compiler.isNamespaceImport(node) || compiler.isImportSpecifier(node)) {
      declare(node.name, true);
    }
    if (!compiler.isFunctionLike(node)) compiler.forEachChild(node, declareIn);
  };
  const remember = (name: string, value: ts.Node): void => {
    const root = compiler.isFunctionLike(value) ? undefined : rootOf(compiler, value);
    if (root !== undefined) through.set(name, new Set([root]));
    else if (compiler.isFunctionLike(value))
      through.set(name, new Set([...changedIn(compiler, value), ...calledIn(compiler, value)]));
  };
  declareIn(file);
  const visit = (node: ts.Node): void => {
    if (compiler.isIdentifier(node)) uses.add(node.text);
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return { uses, declares, fixed, changes: changedIn(compiler, file), through };
}

/** Names that some code assigns to, calls upon, or hands to a function. */
function changedIn(compiler: typeof ts, code: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const change = (node: ts.Node): void => {
    const root = rootOf(compiler, node);
    if (root !== undefined) names.add(root);
    // `[a, b] = …`, and `{ a, b: c } = …`.
    else if (compiler.isArrayLiteralExpression(node) || compiler.isObjectLiteralExpression(node))
      compiler.forEachChild(node, change);
    else if (compiler.isShorthandPropertyAssignment(node)) change(node.name);
    else if (compiler.isPropertyAssignment(node)) change(node.initializer);
    else if (compiler.isSpreadElement(node) || compiler.isSpreadAssignment(node)) change(node.expression);
    else if (compiler.isBinaryExpression(node)) change(node.left);
  };
  const visit = (node: ts.Node): void => {
    if (compiler.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind >= compiler.SyntaxKind.FirstAssignment && kind <= compiler.SyntaxKind.LastAssignment)
        change(node.left);
    } else if (compiler.isPostfixUnaryExpression(node) || compiler.isPrefixUnaryExpression(node)) {
      const { operator } = node;
      if (operator === compiler.SyntaxKind.PlusPlusToken || operator === compiler.SyntaxKind.MinusMinusToken)
        change(node.operand);
    } else if (compiler.isDeleteExpression(node)) change(node.expression);
    else if (compiler.isForOfStatement(node) || compiler.isForInStatement(node)) change(node.initializer);
    else if (compiler.isCallExpression(node) || compiler.isNewExpression(node)) {
      // `list.push(…)` and the like may change what they are called on; a function what it is given.
      if (!compiler.isIdentifier(node.expression)) change(node.expression);
      for (const argument of node.arguments ?? []) change(argument);
    }
    compiler.forEachChild(node, visit);
  };
  visit(code);
  return names;
}

/** Functions that some code calls by their names. */
function calledIn(compiler: typeof ts, code: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (compiler.isCallExpression(node) && compiler.isIdentifier(node.expression))
      names.add(node.expression.text);
    compiler.forEachChild(node, visit);
  };
  visit(code);
  return names;
}

/** The name with which an expression begins that is a part of its value: `a` of `a.b[0]!`, and of `a.at(0).b`. */
function rootOf(compiler: typeof ts, node: ts.Node): string | undefined {
  if (compiler.isIdentifier(node)) return node.text;
  const isPart =
    compiler.isPropertyAccessExpression(node) ||
    compiler.isElementAccessExpression(node) ||
    compiler.isNonNullExpression(node) ||
    compiler.isParenthesizedExpression(node) ||
    compiler.isAsExpression(node) ||
    compiler.isSatisfiesExpression(node);
  if (isPart) return rootOf(compiler, node.expression);
  if (compiler.isCallExpression(node) && !compiler.isIdentifier(node.expression))
    return rootOf(compiler, node.expression);
  return undefined;
}

/** A value in which nothing can be changed. */
function isFixedValue(compiler: typeof ts, node: ts.Expression): boolean {
  if (compiler.isPrefixUnaryExpression(node)) return isFixedValue(compiler, node.operand);
  if (compiler.isAsExpression(node) || compiler.isSatisfiesExpression(node))
    return isFixedValue(compiler, node.expression);
  return (
    compiler.isNumericLiteral(node) ||
    compiler.isStringLiteralLike(node) ||
    compiler.isTemplateExpression(node) ||
    compiler.isArrowFunction(node) ||
    compiler.isFunctionExpression(node) ||
    node.kind === compiler.SyntaxKind.TrueKeyword ||
    node.kind === compiler.SyntaxKind.FalseKeyword
  );
}
