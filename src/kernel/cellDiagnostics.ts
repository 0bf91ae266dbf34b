import type * as ts from "typescript";

/** "'await' expressions are only allowed within async functions and at the top levels of modules." */
const AWAIT = 1308;
const TOP_COMMENTS = /^export \{\};\r?\n((?:\s+|\/\/.*|\/\*[\s\S]*?\*\/)*)/;

/** Whether a cell asks in its first comments not to be checked. tslab puts a line above it, so that the compiler does not see it. */
export function isUnchecked(text: string): boolean {
  return /^\s*(?:\/\/|\/\*+)\s*@ts-nocheck\b/m.test(TOP_COMMENTS.exec(text)?.[1] ?? "");
}

/** Whether this is said of an `await` in the head of a class, a decorator or the name of a member, which runs with the code around the class; tslab takes it for the class's. */
export function isOwnAwait(compiler: typeof ts, file: ts.SourceFile, start: number, code: number): boolean {
  if (code !== AWAIT) return false;
  let node: ts.Node = file;
  for (let inner: ts.Node | undefined = file; inner; ) {
    node = inner;
    inner = compiler.forEachChild(node, (child) =>
      child.pos <= start && start < child.end ? child : undefined,
    );
  }
  let isHead = false;
  while (node !== file && node.parent !== file) {
    const isPart =
      compiler.isHeritageClause(node) || compiler.isComputedPropertyName(node) || compiler.isDecorator(node);
    node = node.parent;
    if (isPart)
      while (!compiler.isClassLike(node) && !compiler.isObjectLiteralExpression(node)) node = node.parent;
    else if (compiler.isFunctionLike(node) || compiler.isModuleBlock(node) || compiler.isClassLike(node))
      return false;
    isHead ||= isPart && compiler.isClassLike(node);
  }
  return isHead;
}
