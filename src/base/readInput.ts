import { InputError } from "./inputError";

/** An object from outside, its fields not yet looked at. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** Reads an object; names any field that is not among `known`, because a misspelt option must not be ignored. */
export function readRecord(raw: unknown, path: string, known: readonly string[]): RawRecord {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new InputError(path, raw, `an object with ${known.join(", ")}`);
  }
  for (const [key, value] of Object.entries(raw)) {
    if (!known.includes(key)) throw new InputError(join(path, key), value, `only ${known.join(", ")}`);
  }
  return raw as RawRecord;
}

/** `problem` and `size` make `problem.size`. */
export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** For vectors that are already numbers: refuses a wrong length, which would otherwise turn into NaN far from here. */
export function requireLength(vector: ArrayLike<unknown>, path: string, length: number): void {
  if (vector.length !== length) throw new InputError(path, vector, `an array of ${count(length, "number")}`);
}

/** A whole number from `least` up. */
export function readWhole(raw: unknown, path: string, least: number, allowed?: string): number {
  if (typeof raw !== "number" || !Number.isSafeInteger(raw) || raw < least) {
    throw new InputError(path, raw, allowed ?? `a whole number, ${least} or more`);
  }
  return raw;
}

/** One of a few words. */
export function readChoice<Choice extends string>(
  raw: unknown,
  path: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === raw);
  if (choice === undefined) throw new InputError(path, raw, `one of ${choices.join(", ")}`);
  return choice;
}

/** A non-empty list, each item read by `read` with its own path. */
export function readList<Item>(
  raw: unknown,
  path: string,
  what: string,
  read: (item: unknown, path: string) => Item,
): readonly Item[] {
  if (!Array.isArray(raw) || raw.length === 0)
    throw new InputError(path, raw, `a non-empty array of ${what}`);
  return raw.map((item, i) => read(item, `${path}[${i}]`));
}

/** `one or more numbers`, `1 number`, `3 numbers`. */
export function count(length: number | undefined, noun: string): string {
  if (length === undefined) return `one or more ${noun}s`;
  return `${length} ${noun}${length === 1 ? "" : "s"}`;
}
