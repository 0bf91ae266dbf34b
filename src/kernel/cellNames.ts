import type * as ts from "typescript";
import { OWN, USED_BY_CODE } from "./marks";

/** What a name stands for: a value, a type, a namespace, or several of these. */
export const MEANING = { value: 1, type: 2, namespace: 4, all: 7 } as const;

/** What a `declare global` or `declare module` adds to: its names, and those of the members that it gives interfaces. */
export type Additions = ReadonlyMap<string, ReadonlySet<string>>;

export interface CellNames {
  /** What the cell declares, and as what. */
  readonly declared: ReadonlyMap<string, number>;
  /** Values that it only says to be there: `declare const x: number`. */
  readonly ambient: ReadonlySet<string>;
  /** By the module's name, or `global`. */
  readonly additions: ReadonlyMap<string, Additions>;
}

/** The names of a cell, whose file is bound. */
export function namesOfCell(compiler: typeof ts, file: ts.SourceFile): CellNames {
  const declared = new Map<string, number>();
  const { locals } = file as ts.SourceFile & { readonly locals?: ReadonlyMap<string, ts.Symbol> };
  locals?.forEach((local) => {
    const symbol = (local as ts.Symbol & { readonly exportSymbol?: ts.Symbol }).exportSymbol ?? local;
    const meaning = meaningOf(compiler, symbol.flags);
    // Modules and globals that a cell adds to are no names of its own.
    if (meaning === 0 || /^"|^__global$/.test(String(symbol.escapedName))) return;
    const name = USED_BY_CODE.includes(symbol.name) ? symbol.name + OWN : symbol.name;
    declared.set(name, meaning);
  });
  const ambient = new Set<string>();
  const additions = new Map<string, Additions>();
  for (const statement of file.statements) {
    const added = additionsOf(compiler, statement);
    if (added) additions.set(added.to, new Map([...(additions.get(added.to) ?? []), ...added.names]));
    else if (isAmbient(compiler, statement))
      for (const name of valuesOf(compiler, statement)) ambient.add(name);
  }
  return { declared, ambient, additions };
}

/** What a symbol with these flags stands for. */
export function meaningOf(compiler: typeof ts, flags: ts.SymbolFlags): number {
  const { Alias, Value, Type, Namespace } = compiler.SymbolFlags;
  if (flags & Alias) return MEANING.all;
  return (
    (flags & Value ? MEANING.value : 0) |
    (flags & Type ? MEANING.type : 0) |
    (flags & Namespace ? MEANING.namespace : 0)
  );
}

function isAmbient(compiler: typeof ts, statement: ts.Statement): boolean {
  const modifiers = compiler.canHaveModifiers(statement) ? compiler.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === compiler.SyntaxKind.DeclareKeyword) === true;
}

/** The names of values that a statement declares. */
export function valuesOf(compiler: typeof ts, statement: ts.Statement): readonly string[] {
  if (compiler.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) =>
      compiler.isIdentifier(name) ? [name.text] : [],
    );
  const isValue =
    compiler.isFunctionDeclaration(statement) ||
    compiler.isClassDeclaration(statement) ||
    compiler.isEnumDeclaration(statement) ||
    compiler.isModuleDeclaration(statement);
  return isValue && statement.name && compiler.isIdentifier(statement.name) ? [statement.name.text] : [];
}

/** Whether a statement is `declare global` or `declare module "…"`: what it adds to, and what it adds. */
export function additionsOf(
  compiler: typeof ts,
  statement: ts.Statement,
): { readonly to: string; readonly block: ts.ModuleBlock; readonly names: Additions } | undefined {
  if (!compiler.isModuleDeclaration(statement)) return undefined;
  const isGlobal = (statement.flags & compiler.NodeFlags.GlobalAugmentation) !== 0;
  if (!isGlobal && !compiler.isStringLiteral(statement.name)) return undefined;
  const { body } = statement;
  if (!body || !compiler.isModuleBlock(body)) return undefined;
  const names = new Map<string, Set<string>>();
  for (const each of body.statements) {
    if (compiler.isInterfaceDeclaration(each)) {
      const members = names.get(each.name.text) ?? new Set();
      for (const { name } of each.members) if (name) members.add(name.getText());
      names.set(each.name.text, members);
    } else if (compiler.isTypeAliasDeclaration(each)) names.set(each.name.text, new Set());
    else for (const name of valuesOf(compiler, each)) names.set(name, new Set());
  }
  return { to: isGlobal ? "global" : statement.name.text, block: body, names };
}
