/** A text that is JSON, but not the kind that is read here; the message says where. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** Deeper than any input of this program, and far from the end of the stack. */
const DEEPEST = 100;

/**
 * Reads JSON as `JSON.parse` does, and refuses what that lets pass although it cannot be meant: a name that stands twice in an
 * object, of which the first would be lost without a word, and nesting of more than 100 levels. A byte order mark at the
 * beginning, which editors of Windows write, is skipped.
 * @throws JsonError naming the place.
 */
export function parseStrictJson(text: string): unknown {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(plain) as unknown;
  } catch (error) {
    throw new JsonError(error instanceof RangeError ? tooDeep : (error as Error).message);
  }
  checkNames(plain);
  return value;
}

const tooDeep = `nested more than ${DEEPEST} levels deep`;

/** Strings, and the punctuation that opens and closes; in valid JSON nothing else matters here. */
const PART = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** Goes through valid JSON once, with the names of every object that is open. */
function checkNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let last: string | undefined;
  for (const match of text.matchAll(PART)) {
    const [part] = match;
    if (part === "{" || part === "[") {
      open.push(part === "{" ? new Set() : undefined);
      if (open.length > DEEPEST) throw new JsonError(tooDeep);
    } else if (part === "}" || part === "]") open.pop();
    else if (part === ":") {
      const name = JSON.parse(last!) as string;
      const names = open.at(-1)!;
      if (names.has(name))
        throw new JsonError(
          `line ${lineOf(text, match.index)}: the name ${JSON.stringify(name)} stands twice in one object`,
        );
      names.add(name);
    }
    last = part;
  }
}

/** Counted from 1. */
export const lineOf = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/**
 * Text from bytes, which must be UTF-8: a decoder that puts a mark in the place of what it cannot read would change names and words
 * without a word.
 * @throws JsonError naming the first byte that is wrong, counted from 0.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const isText = (end: number, stream: boolean): string | undefined => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end), {
        stream,
      });
    } catch {
      return undefined;
    }
  };
  const text = isText(bytes.length, false);
  if (text !== undefined) return text;
  // The longest beginning that can go on to be UTF-8.
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isText(middle, true) === undefined) bad = middle;
    else good = middle;
  }
  throw new JsonError(
    good === bytes.length
      ? "not UTF-8: it ends within a character"
      : `not UTF-8: byte ${good} cannot stand there`,
  );
}
