import MagicString from "magic-string";
import type * as ts from "typescript";
import { additionsOf, type CellNames, MEANING, valuesOf } from "./cellNames";
import type { Scope } from "./ownNames";

interface Binder {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}

/** The declarations that a cell is compiled with, and what became of names that it declares again. */
export interface Redeclared {
  readonly text: string;
  /** By their names, what they are called now. */
  readonly hidden: ReadonlyMap<string, string>;
  /** What they have behind their names, if the cell declares any again. */
  readonly mark?: string;
}

export interface RedeclareOptions {
  /** See `SameCells`. */
  readonly same?: ReadonlySet<string>;
  readonly keepsAll?: boolean;
}

/** A name that a statement declares. */
interface Declared {
  readonly name: ts.Identifier;
  readonly meaning: number;
  /** What goes with the name: of a variable, one of several that a statement may declare. */
  readonly node: ts.Node;
}

/**
 * The declarations of earlier cells, before a cell that declares some of their names again, as an inner scope would: what else refers to
 * these goes on to mean what it meant. So they stay, under names that no cell can have, if something refers to them, and go otherwise.
 * What an earlier cell added to a module or to the globals under the same name is replaced. `keepsAll`: nothing goes.
 * What refers to a name that the cell declares as it is declared already means the new one (`same`).
 */
export function redeclare(
  compiler: typeof ts,
  before: string,
  { declared, additions }: Pick<CellNames, "declared" | "additions">,
  nextMark: () => string,
  { same = new Set(), keepsAll = false }: RedeclareOptions = {},
): Redeclared {
  const again = [...declared.keys(), ...additions.keys()].some((name) => before.includes(name));
  if (!again) return { text: before, hidden: new Map() };
  const mark = nextMark();
  const file = bound(compiler, before);
  const text = new MagicString(before);
  const statements = file.statements.map((statement) => ({
    statement,
    names: declaredBy(compiler, statement),
  }));
  const isAgain = ({ name, meaning }: Declared) => ((declared.get(name.text) ?? 0) & meaning) !== 0;
  const gone = statements.flatMap(({ names }) => names.filter(isAgain));

  // What is referred to by what stays, or by what is referred to.
  const hidden = new Map<string, string>();
  const kept = new Set<Declared>();
  const referTo = (node: ts.Node) =>
    references(compiler, file, node, (reference, meaning) => {
      if (same.has(reference.text)) return;
      const found = gone.filter(
        ({ name, meaning: own }) => name.text === reference.text && (own & meaning) !== 0,
      );
      if (found.length === 0) {
        // Of the platform, not of a cell.
        if (((declared.get(reference.text) ?? 0) & meaning) !== 0)
          text.appendRight(reference.getStart(file), "globalThis.");
        return;
      }
      text.appendLeft(reference.getEnd(), mark);
      for (const each of found) {
        if (kept.has(each)) continue;
        kept.add(each);
        referTo(each.node);
      }
    });
  for (const { statement, names } of statements) {
    if (names.length === 0) referTo(statement);
    for (const each of names) if (!gone.includes(each)) referTo(each.node);
  }
  const keep = (each: Declared) => {
    if (kept.has(each)) return;
    kept.add(each);
    referTo(each.node);
  };

  if (keepsAll) for (const each of gone) keep(each);
  const more: string[] = [];
  for (const each of gone) {
    const { name, meaning, node } = each;
    const left = meaning & ~declared.get(name.text)!;
    const isClass = compiler.isClassDeclaration(node) || compiler.isEnumDeclaration(node);
    if ((left & MEANING.value) !== 0) {
      keep(each);
      more.push(`declare const ${name.text}: typeof ${name.text}${mark};\n`);
    }
    if ((left & MEANING.type) !== 0 && isClass) {
      keep(each);
      const parameters = compiler.isClassDeclaration(node) ? (node.typeParameters ?? []) : [];
      const list = (texts: readonly string[]) => (texts.length === 0 ? "" : `<${texts.join(", ")}>`);
      const [takes, gives] = [
        parameters.map((parameter) => parameter.getText(file)),
        parameters.map((parameter) => parameter.name.text),
      ];
      more.push(`type ${name.text}${list(takes)} = ${name.text}${mark}${list(gives)};\n`);
    }
  }
  // Overloads, and what merges under one name, go together.
  for (const each of gone)
    if (gone.some((other) => kept.has(other) && other.name.text === each.name.text)) keep(each);

  for (const { statement, names } of statements) {
    const dropped = names.filter((each) => gone.includes(each) && !kept.has(each));
    if (dropped.length > 0) drop(compiler, text, statement, names, dropped);
    for (const { name, node } of names.filter((each) => gone.includes(each) && kept.has(each))) {
      if (compiler.isImportSpecifier(node) && node.propertyName === undefined)
        text.appendLeft(name.getStart(file), `${name.text} as `);
      text.appendLeft(name.getEnd(), mark);
      hidden.set(name.text, name.text + mark);
    }
    replaceAdditions(compiler, file, text, statement, additions);
  }
  return { text: text.toString() + more.join(""), hidden, mark };
}

/** Declarations in which types that nothing declares have names that no cell can declare: they are `any`, and stay so. */
export function hideUndeclared(
  compiler: typeof ts,
  text: string,
  names: ReadonlySet<string>,
  nextMark: () => string,
): string {
  const mark = nextMark();
  const file = bound(compiler, text);
  const result = new MagicString(text);
  const declared = new Set(
    file.statements.flatMap((statement) => declaredBy(compiler, statement).map(({ name }) => name.text)),
  );
  for (const statement of file.statements)
    references(compiler, file, statement, (reference) => {
      if (names.has(reference.text) && !declared.has(reference.text))
        result.appendLeft(reference.getEnd(), mark);
    });
  return result.toString();
}

/** The names that declarations give, and what these stand for. */
export function declaredIn(
  compiler: typeof ts,
  text: string,
): readonly (readonly [name: string, meaning: number])[] {
  const file = compiler.createSourceFile("declarations.d.ts", text, compiler.ScriptTarget.ES2022, true);
  return file.statements.flatMap((statement) =>
    declaredBy(compiler, statement).map(({ name, meaning }) => [name.text, meaning] as const),
  );
}

/** What declarations add to the globals, where no cell has a value of that name. */
export function globalsIn(compiler: typeof ts, text: string): readonly string[] {
  if (!/\bdeclare global\b/.test(text)) return [];
  const file = compiler.createSourceFile("declarations.d.ts", text, compiler.ScriptTarget.ES2022, true);
  const own = new Set(
    file.statements.flatMap((statement) =>
      declaredBy(compiler, statement).flatMap(({ name, meaning }) =>
        (meaning & MEANING.value) === 0 ? [] : [name.text],
      ),
    ),
  );
  return file.statements.flatMap((statement) => {
    const added = additionsOf(compiler, statement);
    return added?.to === "global" ? [...added.names.keys()].filter((name) => !own.has(name)) : [];
  });
}

function bound(compiler: typeof ts, text: string): ts.SourceFile {
  const file = compiler.createSourceFile("declarations.d.ts", text, compiler.ScriptTarget.ES2022, true);
  (compiler as unknown as Binder).bindSourceFile(file, { target: compiler.ScriptTarget.ES2022 });
  return file;
}

function declaredBy(compiler: typeof ts, statement: ts.Statement): readonly Declared[] {
  const { value, type, namespace, all } = MEANING;
  if (compiler.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap((node) =>
      compiler.isIdentifier(node.name) ? [{ name: node.name, meaning: value, node }] : [],
    );
  if (compiler.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    const own = name ? [{ name, meaning: all, node: statement.importClause! }] : [];
    if (!namedBindings) return own;
    const others = compiler.isNamespaceImport(namedBindings) ? [namedBindings] : namedBindings.elements;
    return [...own, ...others.map((node) => ({ name: node.name, meaning: all, node }))];
  }
  const named = statement as ts.Statement & { readonly name?: ts.Node };
  const { name } = named;
  if (!name || !compiler.isIdentifier(name) || additionsOf(compiler, statement)) return [];
  const of = (meaning: number) => [{ name, meaning, node: statement }];
  if (compiler.isFunctionDeclaration(statement)) return of(value);
  if (compiler.isClassDeclaration(statement)) return of(value | type);
  if (compiler.isEnumDeclaration(statement)) return of(all);
  if (compiler.isModuleDeclaration(statement))
    return of(holdsValues(compiler, statement) ? value | namespace : namespace);
  if (compiler.isImportEqualsDeclaration(statement)) return of(all);
  return of(type);
}

/** Whether a namespace is more than types. */
function holdsValues(compiler: typeof ts, { body }: ts.ModuleDeclaration): boolean {
  if (!body || compiler.isIdentifier(body)) return false;
  if (compiler.isModuleDeclaration(body)) return holdsValues(compiler, body);
  return body.statements.some((each) =>
    compiler.isModuleDeclaration(each) ? holdsValues(compiler, each) : valuesOf(compiler, each).length > 0,
  );
}

/** Visits the names in declarations that stand for what is declared at the top. */
function references(
  compiler: typeof ts,
  file: ts.SourceFile,
  start: ts.Node,
  visit: (reference: ts.Identifier, meaning: number) => void,
): void {
  const isLocal = ({ text }: ts.Identifier, from: ts.Node): boolean => {
    for (let scope = from; scope !== file; scope = scope.parent) {
      if ((scope as Scope).locals?.has(text)) return true;
      const { typeParameters } = scope as {
        readonly typeParameters?: readonly ts.TypeParameterDeclaration[];
      };
      if (typeParameters?.some(({ name }) => name.text === text)) return true;
      if (compiler.isModuleDeclaration(scope) && scope.parent !== file && scope.name.text === text)
        return true;
    }
    return false;
  };
  const walk = (node: ts.Node): void => {
    if (compiler.isIdentifier(node)) {
      const meaning = meaningAt(compiler, node);
      if (meaning !== 0 && !isLocal(node, node.parent)) visit(node, meaning);
      return;
    }
    compiler.forEachChild(node, walk);
  };
  walk(start);
}

/** As what a name is used; nothing where it names a part, or what is declared there. */
function meaningAt(compiler: typeof ts, node: ts.Identifier): number {
  const { value, type, namespace } = MEANING;
  const { parent } = node;
  if (compiler.isTypeReferenceNode(parent)) return type;
  if (compiler.isTypeQueryNode(parent)) return value;
  if (compiler.isTypePredicateNode(parent)) return 0;
  if (compiler.isQualifiedName(parent)) {
    if (parent.right === node) return 0;
    let outer: ts.Node = parent;
    while (compiler.isQualifiedName(outer.parent)) outer = outer.parent;
    return compiler.isTypeQueryNode(outer.parent) ? value : namespace;
  }
  if (compiler.isPropertyAccessExpression(parent)) return parent.expression === node ? value | namespace : 0;
  if (compiler.isExpressionWithTypeArguments(parent)) {
    const clause = parent.parent;
    const isValue =
      compiler.isHeritageClause(clause) &&
      clause.token === compiler.SyntaxKind.ExtendsKeyword &&
      compiler.isClassDeclaration(clause.parent);
    return isValue ? value : type;
  }
  if (compiler.isComputedPropertyName(parent)) return value;
  if (compiler.isImportEqualsDeclaration(parent)) return parent.moduleReference === node ? MEANING.all : 0;
  if (compiler.isExportSpecifier(parent) || compiler.isExportAssignment(parent)) return 0;
  return 0;
}

/** Takes out of a statement some of the names that it declares. */
function drop(
  compiler: typeof ts,
  text: MagicString,
  statement: ts.Statement,
  names: readonly Declared[],
  dropped: readonly Declared[],
): void {
  const left = names.filter((each) => !dropped.includes(each));
  if (left.length === 0) {
    text.remove(statement.getFullStart(), statement.getEnd());
    return;
  }
  const isDropped = (node: ts.Node) => dropped.some((each) => each.node === node);
  if (compiler.isVariableStatement(statement))
    removeFromList(text, statement.declarationList.declarations, isDropped);
  const clause = compiler.isImportDeclaration(statement) ? statement.importClause : undefined;
  const bindings = clause?.namedBindings;
  if (!clause || !bindings) return;
  if (isDropped(clause)) text.remove(clause.name!.getStart(), bindings.getStart());
  if (compiler.isNamedImports(bindings)) removeFromList(text, bindings.elements, isDropped);
  else if (isDropped(bindings)) text.remove(clause.name!.getEnd(), bindings.getEnd());
}

/** Takes elements out of a list, with their commas. */
function removeFromList(
  text: MagicString,
  list: ts.NodeArray<ts.Node>,
  isDropped: (node: ts.Node) => boolean,
): void {
  const last = list.reduce((found, node, index) => (isDropped(node) ? found : index), -1);
  for (const [index, node] of list.entries())
    if (index < last && isDropped(node)) text.remove(node.getFullStart(), list[index + 1]!.getFullStart());
  const from = last < 0 ? list.pos : list[last]!.getEnd();
  if (from < list.end) text.remove(from, list.end);
}

/** Takes out of what an earlier cell added to a module or to the globals what a cell adds again. */
function replaceAdditions(
  compiler: typeof ts,
  file: ts.SourceFile,
  text: MagicString,
  statement: ts.Statement,
  additions: CellNames["additions"],
): void {
  const added = additionsOf(compiler, statement);
  const again = added && additions.get(added.to);
  if (!again) return;
  for (const each of added.block.statements) {
    if (compiler.isInterfaceDeclaration(each)) {
      const members = again.get(each.name.text);
      for (const member of each.members)
        if (member.name && members?.has(member.name.getText(file)))
          text.remove(member.getFullStart(), member.getEnd());
    } else if (compiler.isTypeAliasDeclaration(each)) {
      if (again.has(each.name.text)) text.remove(each.getFullStart(), each.getEnd());
    } else if (valuesOf(compiler, each).some((name) => again.has(name)))
      text.remove(each.getFullStart(), each.getEnd());
  }
}
