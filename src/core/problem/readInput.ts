import { factorLdl } from "../algebra/definiteness";
import { entry, type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { InputError } from "@finetune-icl/base";

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

/** `problem` and `covariance` make `problem.covariance`. */
export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** A finite number of the field; over the rationals also text such as `"3/10"`. */
export function readScalar<T>(field: NumberField<T>, raw: unknown, path: string, allowed?: string): T {
  const kind = field.name === "float" ? "a finite number" : 'a number or a ratio such as "3/10"';
  const readable = typeof raw === "number" || (typeof raw === "string" && field.name === "rational");
  const value = readable ? field.read(raw) : undefined;
  if (value === undefined) throw new InputError(path, raw, allowed ?? kind);
  return value;
}

/** `length` entries, or at least one when no length is given. */
export function readVector<T>(field: NumberField<T>, raw: unknown, path: string, length?: number): Vector<T> {
  const rightLength = Array.isArray(raw) && (length === undefined ? raw.length > 0 : raw.length === length);
  if (!rightLength) throw new InputError(path, raw, `an array of ${count(length, "number")}`);
  return (raw as readonly unknown[]).map((item, i) => readScalar(field, item, `${path}[${i}]`));
}

/** For vectors that are already numbers: refuses a wrong length, which would otherwise turn into NaN far from here. */
export function requireLength(vector: ArrayLike<unknown>, path: string, length: number): void {
  if (vector.length !== length) throw new InputError(path, vector, `an array of ${count(length, "number")}`);
}

/** A square matrix as an array of rows, of the given size when one is given. */
export function readSquareMatrix<T>(
  field: NumberField<T>,
  raw: unknown,
  path: string,
  size?: number,
): Matrix<T> {
  const rows = Array.isArray(raw) ? (raw as readonly unknown[]) : [];
  if (rows.length === 0 || (size !== undefined && rows.length !== size)) {
    throw new InputError(path, raw, `a square matrix, an array of ${count(size, "row")}`);
  }
  return rows.map((row, i) => {
    if (!Array.isArray(row) || row.length !== rows.length) {
      throw new InputError(
        `${path}[${i}]`,
        row,
        `a row of ${count(rows.length, "number")}: the matrix is square`,
      );
    }
    return readVector(field, row, `${path}[${i}]`, rows.length);
  });
}

/** A symmetric matrix that is positive definite, or only semidefinite (but not zero) where that is enough. */
export function readCovariance<T>(
  field: NumberField<T>,
  raw: unknown,
  path: string,
  { size, definite }: { readonly size?: number; readonly definite: boolean },
): Matrix<T> {
  const matrix = readSquareMatrix(field, raw, path, size);
  const d = matrix.length;
  for (let i = 0; i < d; i += 1) {
    for (let j = 0; j < i; j += 1) {
      if (!agree(field, entry(matrix, i, j), entry(matrix, j, i))) {
        const pair = [entry(matrix, i, j), entry(matrix, j, i)].map(field.toNumber);
        throw new InputError(
          path,
          pair,
          `a symmetric matrix: entries [${i}][${j}] and [${j}][${i}] are equal`,
        );
      }
    }
  }
  // What agreed up to rounding is made exactly symmetric, so that later code may rely on it.
  const symmetric = matrixFrom(d, d, (i, j) => entry(matrix, Math.min(i, j), Math.max(i, j)));
  const factors = factorLdl(field, symmetric);
  const rank = factors?.pivots.filter((pivot) => field.sign(pivot) > 0).length;
  if (definite && rank !== d) throw new InputError(path, raw, "a positive definite matrix");
  if (rank === undefined || rank === 0) {
    throw new InputError(path, raw, "a positive semidefinite matrix other than zero");
  }
  return symmetric;
}

function agree<T>(field: NumberField<T>, a: T, b: T): boolean {
  if (field.name === "rational") return field.sign(field.subtract(a, b)) === 0;
  const [x, y] = [field.toNumber(a), field.toNumber(b)];
  return Math.abs(x - y) <= 2 ** -44 * Math.max(Math.abs(x), Math.abs(y));
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

function count(length: number | undefined, noun: string): string {
  if (length === undefined) return `one or more ${noun}s`;
  return `${length} ${noun}${length === 1 ? "" : "s"}`;
}
