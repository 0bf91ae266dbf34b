import MagicString from "magic-string";
import type * as ts from "typescript";

/** Names on the object of a cell's names that no cell can have. */
export const HOOKS = {
  variable: "#variable",
  await: "#await",
  iterate: "#iterate",
  here: "#here",
  steps: "#steps",
  settle: "#settle",
  resume: "#resume",
} as const;

export interface OutputOptions {
  /** Whether code behind any `await` is to be told what the code before it belonged to. */
  readonly followsAwaits?: boolean;
  /** Names that tslab takes for those of cells, and that are the platform's. */
  readonly globals?: ReadonlySet<string>;
  /** Modules that the cell takes with `import x = require("…")`, by their names. */
  readonly required?: ReadonlyMap<string, string>;
  /** Names that it gives to parts of namespaces of earlier cells, of which tslab writes every part as a cell's name. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Whether the cell itself speaks of what the code around it calls `exports`. */
  readonly usesExports?: boolean;
}

export interface RewrittenOutput {
  readonly text: string;
  readonly map: () => string;
  /** Whether the cell awaits something at its own level; tslab does not see `for await`. */
  readonly isAsync: boolean;
  /** Whether nothing is left that only modules have: the text can be a function's body as it stands. */
  readonly isPlain: boolean;
  /** Variables that inner blocks declare for the whole cell: the compiler's declarations leave them out. */
  readonly inner: readonly string[];
  /** Everything that later cells can use, types aside. */
  readonly names: readonly string[];
  /** Functions of earlier cells that it calls by their names. */
  readonly calls: ReadonlySet<string>;
}

/**
 * Rewrites the JavaScript of a cell before it becomes a function:
 * - a variable of the cell's own level (`let`, `var`) is shared by reference with later cells: they assign to the variable that
 *   functions of this cell read, where the converter would give them a copy;
 * - `await` and `for await` of the cell's own level can be interrupted;
 * - functions of earlier cells are called without `this`, as functions are that are called by their names;
 * - a function that is the cell's value keeps its name, or has none;
 * - with `followsAwaits`, code behind any `await`, and each step of a `for await`, is told what the code before it belonged to, where the
 *   platform forgets;
 * - what the cell declares, and its value, become properties of `exports`, unless it imports something: the compiler does that then,
 *   in several times the time.
 */
export function rewriteOutput(
  compiler: typeof ts,
  js: string,
  {
    followsAwaits = false,
    globals = new Set(),
    required = new Map(),
    aliases = new Map(),
    usesExports = false,
  }: OutputOptions = {},
): RewrittenOutput {
  const file = compiler.createSourceFile(
    "cell.js",
    js,
    compiler.ScriptTarget.ES2022,
    false,
    compiler.ScriptKind.JS,
  );
  const text = new MagicString(js);
  const isPlain = !/\bimport\b/.test(js);
  const nested = new Set<string>();

  let isAsync = false;
  const wrap = (hook: string, { pos, end }: ts.Expression, ...more: readonly string[]) => {
    isAsync = true;
    text.appendRight(pos, ` exports[${JSON.stringify(hook)}](`);
    text.appendLeft(end, `${more.map((each) => `, ${JSON.stringify(each)}`).join("")})`);
  };
  /** How an error calls what an expression gives. */
  const nameOf = (node: ts.Expression): string => {
    const isName = compiler.isIdentifier(node) || compiler.isPropertyAccessExpression(node);
    return isName ? js.slice(node.pos, node.end).trim() : "what is iterated";
  };
  const follow = (node: ts.Node, isInFunction: boolean): void => {
    // At the cell's own level the steps are the kernel's, below.
    if (isInFunction && compiler.isForOfStatement(node) && node.awaitModifier) {
      const { pos, end } = node.expression;
      text.appendRight(pos, ` exports[${JSON.stringify(HOOKS.steps)}](`);
      text.appendLeft(end, `, ${JSON.stringify(nameOf(node.expression))})`);
    }
    if (compiler.isAwaitExpression(node)) {
      const [resume, here, settle] = [HOOKS.resume, HOOKS.here, HOOKS.settle].map((hook) =>
        JSON.stringify(hook),
      );
      text.appendRight(node.getStart(file), `exports[${resume}](exports[${here}](), `);
      text.appendRight(node.expression.pos, ` exports[${settle}](`);
      text.appendLeft(node.end, "))");
    }
    const isInside = isInFunction || compiler.isFunctionLike(node);
    compiler.forEachChild(node, (child) => follow(child, isInside));
  };
  if (followsAwaits) follow(file, false);
  /** The name of an earlier cell that an expression is. */
  const earlierName = (node: ts.Node): string | undefined =>
    compiler.isPropertyAccessExpression(node) &&
    compiler.isIdentifier(node.expression) &&
    node.expression.text === "exports"
      ? node.name.text
      : undefined;
  const calls = new Set<string>();
  const asNames = (node: ts.Node): void => {
    const name = earlierName(node);
    const called = compiler.isCallExpression(node)
      ? node.expression
      : compiler.isTaggedTemplateExpression(node)
        ? node.tag
        : undefined;
    const calledName = called && earlierName(called);
    if (name !== undefined && globals.has(name))
      text.remove(node.getStart(file), (node as ts.PropertyAccessExpression).name.getStart(file));
    else if (called && calledName !== undefined && !usesExports && !globals.has(calledName)) {
      // A function that is called by its name has no `this`.
      text.appendRight(called.getStart(file), "(0, ");
      text.appendLeft(called.end, ")");
      calls.add(calledName);
    }
    compiler.forEachChild(node, asNames);
  };
  asNames(file);
  const visit = (node: ts.Node): void => {
    // Names that are computed are so by the code around.
    const { name } = node as ts.Node & { readonly name?: ts.Node };
    if (compiler.isFunctionLike(node)) {
      if (name && compiler.isComputedPropertyName(name)) visit(name);
      return;
    }
    if (compiler.isPropertyDeclaration(node)) {
      if (compiler.isComputedPropertyName(node.name)) visit(node.name);
      return;
    }
    if (compiler.isClassStaticBlockDeclaration(node)) return;
    if (compiler.isAwaitExpression(node)) wrap(HOOKS.await, node.expression);
    if (compiler.isForOfStatement(node) && node.awaitModifier)
      wrap(HOOKS.iterate, node.expression, nameOf(node.expression));
    if (compiler.isVariableDeclarationList(node) && (node.flags & compiler.NodeFlags.BlockScoped) === 0)
      for (const name of namesOf(compiler, node)) nested.add(name);
    compiler.forEachChild(node, visit);
  };
  visit(file);

  const exported = new Set(file.statements.flatMap((statement) => exportedNames(compiler, statement)));
  const shared = new Set<string>();
  const share = (names: readonly string[]) =>
    names.map((name) => {
      shared.add(name);
      return ` exports[${JSON.stringify(HOOKS.variable)}](${JSON.stringify(name)}, () => ${name}, (value) => { ${name} = value; });`;
    });
  const copy = (names: readonly string[]) =>
    names.filter((name) => exported.has(name)).map((name) => ` exports.${name} = ${name};`);

  for (const statement of file.statements) {
    let hooks: readonly string[] = [];
    if (compiler.isVariableStatement(statement)) {
      const { declarationList, modifiers } = statement;
      const names = namesOf(compiler, declarationList);
      const isConst = (declarationList.flags & compiler.NodeFlags.Const) !== 0;
      for (const { name, initializer } of declarationList.declarations) {
        const alias = compiler.isIdentifier(name) ? aliases.get(name.text) : undefined;
        if (initializer && alias !== undefined)
          text.overwrite(initializer.getStart(file), initializer.getEnd(), `exports.${alias}`);
      }
      // No cell says so itself: this is how tslab keeps a cell's value.
      if (modifiers !== undefined) keepValue(declarationList.declarations[0]!, statement);
      else if (!isConst) hooks = share(names);
      else if (isPlain) hooks = copy(names);
    } else if (compiler.isFunctionDeclaration(statement) || compiler.isClassDeclaration(statement)) {
      if (isPlain && statement.name) hooks = copy([statement.name.text]);
    }
    if (hooks.length > 0) text.appendRight(statement.getEnd(), hooks.join(""));
  }
  for (const [name, module] of required) {
    const copied = exported.has(name) ? ` exports.${name} = ${name};` : "";
    text.prepend(`const ${name} = require(${JSON.stringify(module)});${isPlain ? copied : ""} `);
  }
  // Variables of inner blocks exist from the start.
  const inner = [...nested].filter((name) => exported.has(name) && !shared.has(name));
  if (inner.length > 0) text.prepend(`${share(inner).join("").trimStart()} `);

  for (const statement of file.statements) {
    const names = exportedNames(compiler, statement);
    if (names.length === 0 && !(isPlain && compiler.isExportDeclaration(statement))) continue;
    const [start, end] = [statement.getStart(file), statement.getEnd()];
    const kept = names.filter((name) => !shared.has(name));
    if (isPlain) text.remove(start, end);
    else if (kept.length < names.length) text.overwrite(start, end, `export { ${kept.join(", ")} };`);
  }
  return {
    text: text.toString(),
    map: () => text.generateMap({ hires: true, source: "cell.js" }).toString(),
    isAsync,
    isPlain,
    inner,
    names: [...exported],
    calls,
  };

  function keepValue({ name, initializer }: ts.VariableDeclaration, statement: ts.VariableStatement): void {
    if (!initializer || !compiler.isIdentifier(name)) return;
    // A property gives no name to a function that has none, as a constant does.
    if (isPlain)
      text.overwrite(statement.getStart(file), initializer.getStart(file), `exports.${name.text} = `);
    else if (isDefinition(initializer)) {
      text.appendLeft(initializer.getStart(file), "(0, ");
      text.appendRight(initializer.getEnd(), ")");
    }
  }

  /** Whether this defines a function or a class, in parentheses or not. */
  function isDefinition(node: ts.Expression): boolean {
    if (compiler.isParenthesizedExpression(node)) return isDefinition(node.expression);
    return compiler.isFunctionLike(node) || compiler.isClassExpression(node);
  }
}

/** The names in `export { a, b }`. */
function exportedNames(compiler: typeof ts, statement: ts.Statement): readonly string[] {
  if (!compiler.isExportDeclaration(statement)) return [];
  const { exportClause } = statement;
  if (exportClause === undefined || !compiler.isNamedExports(exportClause)) return [];
  return exportClause.elements.map((element) => element.name.text);
}

function namesOf(compiler: typeof ts, list: ts.VariableDeclarationList): readonly string[] {
  return list.declarations.flatMap(({ name }) => namesIn(compiler, name));
}

function namesIn(compiler: typeof ts, name: ts.BindingName): readonly string[] {
  if (compiler.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    compiler.isOmittedExpression(element) ? [] : namesIn(compiler, element.name),
  );
}
