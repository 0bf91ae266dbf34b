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
    super(`${field}: holds ${describe(holds)}; allowed: ${allowed}`);
  }
}

const LONGEST = 80;

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  // JSON prints NaN and infinities as null: keep them readable inside arrays.
  const text =
    JSON.stringify(value, (_key, item) =>
      typeof item === "number" && !Number.isFinite(item) ? String(item) : item,
    ) ?? String(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
