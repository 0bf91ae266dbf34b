/**
 * Bad input from outside: one line that says which field is wrong, what it holds and what is allowed.
 * Programs turn it into exit code 2; anything else that is thrown is a failure of the work itself (exit code 1).
 */
export class InputError extends Error {
  override readonly name = "InputError";

  /** An error of another copy of this class (a program may load the package both as ES modules and as CommonJS) is one too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "InputError" && "field" in value && "allowed" in value;
  }

  constructor(
    readonly field: string,
    readonly holds: unknown,
    readonly allowed: string,
  ) {
    super(printable(`${shorten(field, LONGEST_NAME)}: holds ${describe(holds)}; allowed: ${allowed}`));
  }
}

const LONGEST = 80;
/** A field may start with the path of a file. */
const LONGEST_NAME = 400;

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return shorten(asJson(value));
}

const shorten = (text: string, longest = LONGEST): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}…`;

/** The text on one line that a terminal shows as it is: control and format characters are written as JSON writes them. */
export const printable = (text: string): string => text.replace(CONTROLS, asEscape);

/** The same of several lines: they stay lines, and tabs stay tabs. What a cell or a file says reaches a terminal this way only. */
export const printableLines = (text: string): string => text.replace(CONTROLS_IN_LINES, asEscape);

// The C0 and C1 controls, DEL, the separators of lines, and the marks that turn the direction of text.
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const CONTROLS_IN_LINES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

const asEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

function asJson(value: unknown): string {
  try {
    // JSON prints NaN and infinities as null: keep them readable inside arrays.
    const readable = (_key: string, item: unknown): unknown =>
      typeof item === "number" && !Number.isFinite(item) ? String(item) : item;
    return JSON.stringify(value, readable) ?? String(value);
  } catch {
    // Circles, big integers inside, and nesting deeper than the stack.
    return String(value);
  }
}
