import type * as ts from "typescript";
import type { Completions } from "./tslab";

/** Kinds of what is named by paths: such a completion stands for what follows the last slash. */
const PATHS: readonly string[] = ["external module name", "directory", "script"];

/**
 * What the converter found at a place, with what it leaves out inside quotes: which part of the text a completion replaces, and
 * which completions go with what was typed. Those are ordered as the converter orders names: what begins so, what begins so in
 * other letters, what holds it somewhere.
 */
export function completeString(
  compiler: typeof ts,
  source: string,
  position: number,
  found: Completions,
): Completions {
  const literal = literalAt(compiler, source, position);
  if (!literal) return found;
  const { quote, start, end } = literal;
  const text = source.slice(start, end);
  const entries = found.original?.entries ?? [];
  const span = entries.find(({ replacementSpan }) => replacementSpan !== undefined)?.replacementSpan;
  const isPath = entries.some(({ kind }) => PATHS.includes(kind));
  // The compiler gives no span for a part that is a name by itself; those that it gives go to the end of the text.
  const length = span?.length ?? (isPath ? text.length - (text.lastIndexOf("/") + 1) : text.length);
  const from = Math.min(end - length, position);
  // Text that nothing closes goes on to the end of the line, which holds other code.
  const to = literal.isClosed ? end : position;
  const typed = source.slice(from, position);
  const candidates = [...new Set(found.candidates)]
    .map((name, index) => ({ text: quoted(name, quote), index }))
    .map((each) => ({ ...each, rank: rankOf(each.text, typed) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map((each) => each.text);
  return { ...found, start: from, end: to, candidates };
}

function rankOf(candidate: string, typed: string): number {
  if (candidate.startsWith(typed)) return 0;
  const [inCandidate, inTyped] = [candidate.toLowerCase(), typed.toLowerCase()];
  if (inCandidate.startsWith(inTyped)) return 1;
  return inCandidate.includes(inTyped) ? 2 : -1;
}

/** Text as it stands between quotes. */
function quoted(text: string, quote: string): string {
  const inJson = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  const closed = inJson.replaceAll(quote, `\\${quote}`);
  return quote === "`" ? closed.replaceAll("${", "\\${") : closed;
}

interface Literal {
  readonly quote: string;
  /** Where its text starts and ends, between the quotes. */
  readonly start: number;
  readonly end: number;
  readonly isClosed: boolean;
}

/** The text in quotes in which a place lies. */
function literalAt(compiler: typeof ts, source: string, position: number): Literal | undefined {
  const file = compiler.createSourceFile(
    "cell.ts",
    source,
    compiler.ScriptTarget.Latest,
    true,
    compiler.ScriptKind.TS,
  );
  const visit = (node: ts.Node): Literal | undefined => {
    if (position < node.pos || position > node.end) return undefined;
    if (!compiler.isStringLiteralLike(node)) return compiler.forEachChild(node, visit);
    const start = node.getStart() + 1;
    const isClosed = node.isUnterminated !== true;
    const end = isClosed ? node.end - 1 : node.end;
    return start <= position && position <= end
      ? { quote: source[start - 1] ?? "", start, end, isClosed }
      : undefined;
  };
  return visit(file);
}
