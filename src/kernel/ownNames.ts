import type * as ts from "typescript";
import { MEANING, meaningOf } from "./cellNames";
import { USED_BY_CODE } from "./marks";

/** What the compiler's binder leaves on a node that opens a scope. */
export interface Scope {
  readonly locals?: { has(name: string): boolean; get(name: string): ts.Symbol | undefined };
}

/**
 * Whether an identifier is a name of the cells' own that the code around it uses as well: `exports` or `require`, declared by this cell,
 * whose file is bound, or by an earlier one. Both stay what they are where no cell declares them, or only a type of that name.
 */
export function isOwnName(
  compiler: typeof ts,
  node: ts.Node,
  isEarlier: (name: string, meaning: number) => boolean,
): node is ts.Identifier {
  if (!compiler.isIdentifier(node) || !USED_BY_CODE.includes(node.text)) return false;
  if (isPropertyName(compiler, node)) return false;
  const meaning = meaningAt(compiler, node);
  for (let scope = node.parent; scope; scope = scope.parent) {
    const isDefinition = compiler.isFunctionExpression(scope) || compiler.isClassExpression(scope);
    if (isDefinition && (scope as ts.FunctionExpression).name?.text === node.text) return true;
    const local = (scope as Scope).locals?.get(node.text);
    const { exportSymbol = local } = (local ?? {}) as { readonly exportSymbol?: ts.Symbol };
    if (exportSymbol && (meaningOf(compiler, exportSymbol.flags) & meaning) !== 0)
      return !compiler.isModuleDeclaration(scope);
  }
  return isEarlier(node.text, meaning);
}

/** What a name can stand for where it is written. */
function meaningAt(compiler: typeof ts, node: ts.Identifier): number {
  const { parent } = node;
  if (compiler.isTypeReferenceNode(parent)) return MEANING.type;
  const isDeclared = (parent as { readonly name?: ts.Node }).name === node;
  const isTaken = compiler.isQualifiedName(parent) || compiler.isExpressionWithTypeArguments(parent);
  return isTaken || (isDeclared && !compiler.isShorthandPropertyAssignment(parent))
    ? MEANING.all
    : MEANING.value;
}

/** Whether this names a part of an object, a type or a module, wherever that comes from. */
export function isPropertyName(compiler: typeof ts, node: ts.Identifier): boolean {
  const { parent } = node;
  if (compiler.isPropertyAccessExpression(parent)) return parent.name === node;
  if (compiler.isQualifiedName(parent)) return parent.right === node;
  if (compiler.isBindingElement(parent) || compiler.isImportSpecifier(parent))
    return parent.propertyName === node;
  if (compiler.isImportTypeNode(parent)) return true;
  // A parameter that is a property, too.
  if (compiler.isParameter(parent))
    return parent.name === node && compiler.isParameterPropertyDeclaration(parent, parent.parent);
  return (
    compiler.isLabeledStatement(parent) ||
    compiler.isBreakOrContinueStatement(parent) ||
    compiler.isExportSpecifier(parent) ||
    compiler.isNamedTupleMember(parent) ||
    ((compiler.isClassElement(parent) || compiler.isTypeElement(parent)) && parent.name === node) ||
    ((compiler.isPropertyAssignment(parent) || compiler.isEnumMember(parent)) && parent.name === node)
  );
}
