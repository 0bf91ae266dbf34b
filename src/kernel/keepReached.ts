import type * as ts from "typescript";
import { additionsOf } from "./cellNames";

/**
 * The declarations that hold after a cell that failed half-way, as Python and Node's console have it: the names that it had given a
 * value are there, with their new types, and all others are what they were. `before` and `after` are the declarations that later
 * cells would see without and with the cell, and `unreached` those of its names that have no value from it.
 */
export function keepReached(
  compiler: typeof ts,
  before: string,
  after: string,
  unreached: ReadonlySet<string>,
): string {
  if (unreached.size === 0) return after;
  const reached = select(compiler, after, (name) => !unreached.has(name), true);
  return reached + select(compiler, before, (name) => unreached.has(name), false);
}

/** Those of the declarations that give the names that `keep` holds for, and with `types` all that give a type. */
function select(compiler: typeof ts, text: string, keep: (name: string) => boolean, types: boolean): string {
  const file = compiler.createSourceFile("declarations.d.ts", text, compiler.ScriptTarget.ES2022, true);
  const printer = compiler.createPrinter({ newLine: compiler.NewLineKind.LineFeed });
  return file.statements
    .flatMap((statement) => {
      const kept = part(statement);
      if (kept === undefined) return [];
      return kept === statement
        ? [statement.getText(file)]
        : [printer.printNode(compiler.EmitHint.Unspecified, kept, file)];
    })
    .map((each) => `${each}\n`)
    .join("");

  function part(statement: ts.Statement): ts.Statement | undefined {
    if (compiler.isVariableStatement(statement)) return partOfVariables(statement);
    if (compiler.isImportDeclaration(statement)) return partOfImport(statement);
    if (compiler.isInterfaceDeclaration(statement) || compiler.isTypeAliasDeclaration(statement))
      return types ? statement : undefined;
    const { name } = statement as ts.Statement & { readonly name?: ts.Node };
    // What a cell adds to a module or to the globals.
    if (additionsOf(compiler, statement)) return types ? statement : undefined;
    return name && compiler.isIdentifier(name) && keep(name.text) ? statement : undefined;
  }

  function partOfVariables(statement: ts.VariableStatement): ts.Statement | undefined {
    const all = statement.declarationList.declarations;
    const kept = all.filter(({ name }) => compiler.isIdentifier(name) && keep(name.text));
    if (kept.length === all.length) return statement;
    const list = compiler.factory.createVariableDeclarationList(kept, statement.declarationList.flags);
    return kept.length === 0
      ? undefined
      : compiler.factory.createVariableStatement(statement.modifiers as readonly ts.Modifier[], list);
  }

  function partOfImport(statement: ts.ImportDeclaration): ts.Statement | undefined {
    const { importClause, moduleSpecifier, modifiers } = statement;
    if (!importClause) return undefined;
    const { name, namedBindings, isTypeOnly } = importClause;
    const ownName = name && keep(name.text) ? name : undefined;
    const { factory } = compiler;
    const others = () => {
      if (!namedBindings) return undefined;
      if (compiler.isNamespaceImport(namedBindings))
        return keep(namedBindings.name.text) ? namedBindings : undefined;
      const kept = namedBindings.elements.filter((each) => keep(each.name.text));
      return kept.length === 0 ? undefined : factory.createNamedImports(kept);
    };
    const bindings = others();
    if (!ownName && !bindings) return undefined;
    const clause = factory.createImportClause(isTypeOnly, ownName, bindings);
    return factory.createImportDeclaration(modifiers, clause, moduleSpecifier, undefined);
  }
}
