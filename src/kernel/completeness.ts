import type * as ts from "typescript";

export type Completeness =
  | { readonly status: "complete" }
  | { readonly status: "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/**
 * Whether code can be run as it stands, for a console that must know what Enter means. tslab tells complete from incomplete; code
 * with a mistake before its end stays wrong however it goes on.
 */
export function judgeCompleteness(
  compiler: typeof ts,
  code: string,
  tslab: (code: string) => { readonly completed: boolean; readonly indent?: string },
): Completeness {
  const { completed, indent } = tslab(code);
  const file = compiler.createSourceFile(
    "cell.ts",
    code,
    compiler.ScriptTarget.Latest,
    true,
    compiler.ScriptKind.TS,
  );
  const { parseDiagnostics } = file as unknown as {
    readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  const end = code.trimEnd().length;
  if (parseDiagnostics.some((each) => OPEN_TEXT.includes(each.code))) return incomplete();
  const isWrong = (each: ts.DiagnosticWithLocation) =>
    each.start < end || each.code === DIGIT_MISSING || (each.code === OPEN_STRING && !GOES_ON.test(code));
  if (parseDiagnostics.some(isWrong)) return { status: "invalid" };
  // What is missed at the end may still come, as after `const x =`, which tslab takes for whole.
  const isWhole = completed && parseDiagnostics.length === 0 && !lacksBody(compiler, file.statements.at(-1));
  return isWhole ? { status: "complete" } : incomplete();

  function incomplete(): Completeness {
    return { status: "incomplete", indent: indent ?? "" };
  }
}

/** Whether this is the head of a function; with a semicolon behind it, it declares one of several kinds of calls. */
function lacksBody(compiler: typeof ts, statement: ts.Statement | undefined): boolean {
  if (!statement || !compiler.isFunctionDeclaration(statement) || statement.body) return false;
  const isDeclared = statement.modifiers?.some(({ kind }) => kind === compiler.SyntaxKind.DeclareKeyword);
  return isDeclared !== true && !statement.getText().endsWith(";");
}

// A template or a comment that is not closed.
const OPEN_TEXT = [1160, 1010];
// Text in quotes and a number end with their line, unless a backslash stands before the end.
const OPEN_STRING = 1002;
const GOES_ON = /\\\r?\n?$/;
const DIGIT_MISSING = 1124;
