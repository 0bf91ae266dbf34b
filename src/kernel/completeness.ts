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
    false,
    compiler.ScriptKind.TS,
  );
  const { parseDiagnostics } = file as unknown as {
    readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  const end = code.trimEnd().length;
  if (parseDiagnostics.some((each) => OPEN_TEXT.includes(each.code))) return incomplete();
  if (parseDiagnostics.some(({ start }) => start < end)) return { status: "invalid" };
  // What is missed at the end may still come, as after `const x =`, which tslab takes for whole.
  return completed && parseDiagnostics.length === 0 ? { status: "complete" } : incomplete();

  function incomplete(): Completeness {
    return { status: "incomplete", indent: indent ?? "" };
  }
}

// A template or a comment that is not closed.
const OPEN_TEXT = [1160, 1010];
