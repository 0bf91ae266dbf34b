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

/**
 * For vectors that are already numbers: refuses a wrong length, which would otherwise turn into NaN far from here.
 * @throws InputError naming the vector.
 */
export function requireLength(vector: ArrayLike<unknown>, path: string, length: number): void {
  if (vector?.length !== length) throw new InputError(path, vector, `an array of ${count(length, "number")}`);
}

/** For values that are already numbers: finite ones. Rationals always are. @throws InputError naming the number. */
export function requireNumber(value: unknown, path: string): void {
  if (typeof value === "number" ? !Number.isFinite(value) : typeof value !== "object" || value === null)
    throw new InputError(path, value, "a finite number");
}

/** For values that are already numbers: finite and above zero. @throws InputError naming the number. */
export function requirePositive(value: unknown, path: string): void {
  if (typeof value !== "number" || !(value > 0) || value === Number.POSITIVE_INFINITY)
    throw new InputError(path, value, "a positive number");
}

/** A whole number from `least` up. */
export function readWhole(raw: unknown, path: string, least: number, allowed?: string): number {
  if (typeof raw !== "number" || !Number.isSafeInteger(raw) || raw < least)
    throw new InputError(path, raw, allowed ?? allowedWhole(raw, least));
  return raw;
}

/** What whole numbers are allowed, as a refusal says it: of the limit hears who is beyond it. Larger ones than `most` cannot be told from their neighbours. */
export function allowedWhole(raw: unknown, least: number, most = Number.MAX_SAFE_INTEGER): string {
  const isTooLarge = Number.isInteger(raw) && (raw as number) > most;
  return `a whole number, ${isTooLarge ? `from ${least} to ${most}` : `${least} or more`}`;
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

/** For vectors that are already numbers: the length, and that every entry is finite. @throws InputError naming the entry. */
export function requireVector(vector: ArrayLike<unknown>, path: string, length: number): void {
  requireLength(vector, path, length);
  for (let i = 0; i < length; i += 1) {
    const item = vector[i];
    // The path of an entry is made for those that are refused only.
    if (typeof item !== "number" || !Number.isFinite(item)) requireNumber(item, `${path}[${i}]`);
  }
}

/** For lists that formulas go through: an array, no typed one. @throws InputError naming it. */
export function requireList(value: unknown, path: string): void {
  if (!Array.isArray(value)) throw new InputError(path, value, "an array of numbers");
}

/** For what a caller without types may have left out. @throws InputError naming it. */
export function requireObject(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) throw new InputError(path, value, "an object");
}

/** For matrices that are already numbers: rows of one length, every entry finite. @throws InputError naming what is wrong. */
export function requireMatrix(
  matrix: ArrayLike<ArrayLike<unknown>>,
  path: string,
  rows: number,
  columns: number = rows,
): void {
  if (matrix?.length !== rows) throw new InputError(path, matrix, `a matrix of ${count(rows, "row")}`);
  for (let i = 0; i < rows; i += 1) requireVector(matrix[i]!, `${path}[${i}]`, columns);
}

/** The same for a square matrix of any size from 1 up. @returns the size. @throws InputError naming what is wrong. */
export function requireSquare(matrix: ArrayLike<ArrayLike<unknown>>, path: string): number {
  const size = matrix?.length;
  if (!(size > 0)) throw new InputError(path, matrix, "a square matrix of one or more rows");
  requireMatrix(matrix, path, size);
  return size;
}

/** The same for one or more rows of one length. @returns the length. @throws InputError naming what is wrong. */
export function requireRows(matrix: ArrayLike<ArrayLike<unknown>>, path: string): number {
  const columns = matrix?.[0]?.length;
  if (columns === undefined) throw new InputError(path, matrix, "one or more rows of numbers");
  requireMatrix(matrix, path, matrix.length, columns);
  return columns;
}

/** Refuses a question whose answer leaves the range of floats. @throws InputError naming the field that is too large. */
export function requireFinite(answer: number, path: string, holds: unknown): void {
  if (!Number.isFinite(answer))
    throw new InputError(path, holds, `numbers whose answer is below ${Number.MAX_VALUE.toPrecision(2)}`);
}
