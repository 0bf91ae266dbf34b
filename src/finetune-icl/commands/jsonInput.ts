import { checkNumbers, decodeUtf8, InputError, parseStrictJson } from "@finetune-icl/base";
import { readInputFile } from "@finetune-icl/files";
import { whileWaiting } from "../interrupted";
import { answer } from "../say";

/**
 * Reads and parses a JSON file, or standard input for `-`.
 * @throws InputError when it cannot be read or is not JSON, or a number in it is not what floats hold of it ({@link checkNumbers}).
 */
export function readJson(path: string, { isExact = false }: { readonly isExact?: boolean } = {}): unknown {
  const field = path === "-" ? "standard input" : "FILE";
  const allowed = "a file that can be read, or - for standard input";
  const bytes = whileWaiting(() => readInputFile(path, { field, allowed }));
  try {
    const text = decodeUtf8(bytes);
    const value = parseStrictJson(text);
    checkNumbers(text, isExact);
    return value;
  } catch (error) {
    throw new InputError(
      field,
      new TextDecoder().decode(bytes.subarray(0, SHOWN)).trim(),
      `JSON (${error instanceof Error ? error.message : "unreadable"})`,
    );
  }
}

/** Of a text that is no JSON the message shows its beginning. */
const SHOWN = 1000;

/**
 * Prints a result on standard output, numbers with full precision.
 * @throws Error when a number in it is not finite: JSON would hold null in its place.
 */
export function printJson(result: unknown): void {
  const at = notFinite(result, "");
  if (at !== undefined)
    throw new Error(
      `${at}: the result is not a finite number; numbers of the input are too large or too small`,
    );
  for (const piece of jsonText(result, 2)) answer(piece);
}

const PIECE = 2 ** 20;

/**
 * JSON.stringify(value, null, indent) and a line break, in pieces of about a megabyte: the parameters of a thousand covariates are hundreds
 * of megabytes of text. A Float64Array is written as the list of its numbers.
 */
export function* jsonText(value: unknown, indent: number): Generator<string> {
  let waiting: string[] = [];
  let length = 0;
  for (const piece of jsonPieces(value, "", " ".repeat(indent))) {
    waiting.push(piece);
    length += piece.length;
    if (length < PIECE) continue;
    yield waiting.join("");
    waiting = [];
    length = 0;
  }
  yield `${waiting.join("")}\n`;
}

function* jsonPieces(value: unknown, margin: string, step: string): Generator<string> {
  const inner = `${margin}${step}`;
  if (value instanceof Float64Array) {
    yield* listPieces(value, margin, inner);
    return;
  }
  const branches = (each: unknown): boolean => typeof each === "object" && each !== null;
  if (!branches(value)) {
    yield JSON.stringify(value);
    return;
  }
  const list = Array.isArray(value);
  if (list && !value.some(branches)) {
    yield* listPieces(value, margin, inner);
    return;
  }
  const entries = Object.entries(value as object).filter(([, item]) => list || item !== undefined);
  if (entries.length === 0) {
    yield list ? "[]" : "{}";
    return;
  }
  let before = list ? "[" : "{";
  for (const [key, item] of entries) {
    yield `${before}\n${inner}${list ? "" : `${JSON.stringify(key)}: `}`;
    yield* jsonPieces(item ?? null, inner, step);
    before = ",";
  }
  yield `\n${margin}${list ? "]" : "}"}`;
}

/** So many numbers of a long list are text at once. */
const AT_ONCE = 1000;

/** A list that holds no lists or objects, a piece at a time. */
function* listPieces(
  list: Float64Array | readonly unknown[],
  margin: string,
  inner: string,
): Generator<string> {
  for (let start = 0; start < list.length; start += AT_ONCE) {
    const part = Array.from<unknown>(list.slice(start, start + AT_ONCE));
    // Numbers hold no commas: as one text they are made faster.
    const text = part.every((item) => typeof item === "number")
      ? JSON.stringify(part).slice(1, -1).replaceAll(",", `,\n${inner}`)
      : part.map((item) => JSON.stringify(item ?? null)).join(`,\n${inner}`);
    yield `${start === 0 ? "[" : ","}\n${inner}${text}`;
  }
  yield list.length === 0 ? "[]" : `\n${margin}]`;
}

/** Where a number that is not finite stands in a result. */
function notFinite(value: unknown, path: string): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Float64Array) {
    const at = value.findIndex((x) => !Number.isFinite(x));
    return at < 0 ? undefined : `${path}[${at}]`;
  }
  for (const [key, item] of Object.entries(value)) {
    const at = notFinite(
      item,
      Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`,
    );
    if (at !== undefined) return at;
  }
  return undefined;
}
