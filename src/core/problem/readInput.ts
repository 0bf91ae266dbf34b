import { count, InputError, requireMatrix } from "@finetune-icl/base";
import { factorLdl } from "../algebra/definiteness";
import { entry, type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { type OrderedField, orderedFieldOf } from "../algebra/orderedField";

export {
  join,
  type RawRecord,
  readChoice,
  readList,
  readRecord,
  readWhole,
  requireFinite,
  requireLength,
  requireList,
  requireMatrix,
  requireNumber,
  requireObject,
  requireRows,
  requireSquare,
  requireVector,
} from "@finetune-icl/base";

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

/**
 * For a matrix that is already numbers: d × d, finite, symmetric up to rounding, positive definite or only semidefinite and not zero.
 * Residues and bounds of degrees, which stand in for rationals in checks of identities, have no order: of them the sizes count.
 * @throws InputError naming the matrix, or the entry that is no finite number.
 */
export function requireCovariance<T>(
  matrix: Matrix<T>,
  path: string,
  size: number,
  { definite }: { readonly definite: boolean },
): void {
  if (!(size > 0)) throw new InputError(path, matrix, "a square matrix of one or more rows");
  requireMatrix(matrix, path, size);
  const field = orderedFieldOf(entry(matrix, 0, 0));
  if (field === undefined) return;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [a, b] = [entry(matrix, i, j), entry(matrix, j, i)].map(field.toNumber) as [number, number];
      const isSame =
        field.name === "rational"
          ? field.sign(field.subtract(entry(matrix, i, j), entry(matrix, j, i))) === 0
          : Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b), scaleOf(matrix, i, j, field));
      if (!isSame)
        throw new InputError(
          path,
          [a, b],
          `a symmetric matrix: entries [${i}][${j}] and [${j}][${i}] are equal`,
        );
    }
  }
  const held = matrix.map((row) => row.map(field.toNumber));
  // Nearly singular matrices that are read are refused; here all are taken that floats can tell from singular ones.
  if (definite && field.name === "float") {
    if (!isPositiveDefinite(held)) throw new InputError(path, held, "a positive definite matrix");
    return;
  }
  const rank = factorLdl(field, matrix)?.pivots.filter((pivot) => field.sign(pivot) > 0).length;
  if (definite && rank !== size) throw new InputError(path, held, "a positive definite matrix");
  if (rank === undefined || rank === 0)
    throw new InputError(path, held, "a positive semidefinite matrix other than zero");
}

/** Whether every pivot of elimination is above zero, of a symmetric matrix, whose upper half is read. */
function isPositiveDefinite(matrix: Matrix): boolean {
  const rows = matrix.map((row) => Float64Array.from(row));
  return rows.every((row, k) => {
    const pivot = row[k]!;
    if (!(pivot > 0)) return false;
    for (let i = k + 1; i < rows.length; i += 1) {
      const factor = row[i]! / pivot;
      if (factor === 0) continue;
      const target = rows[i]!;
      for (let j = i; j < rows.length; j += 1) target[j]! -= factor * row[j]!;
    }
    return true;
  });
}

/** What sums of d products leave of a symmetry, relative to the entries on the diagonal. */
const ROUNDING = 2 ** -44;

/** √(A_ii A_jj), which no entry A_ij of a covariance exceeds. */
function scaleOf<T>(matrix: Matrix<T>, i: number, j: number, field: OrderedField<T>): number {
  const root = (k: number): number => Math.sqrt(Math.max(0, field.toNumber(entry(matrix, k, k))));
  return root(i) * root(j);
}

function agree<T>(field: NumberField<T>, a: T, b: T): boolean {
  if (field.name === "rational") return field.sign(field.subtract(a, b)) === 0;
  const [x, y] = [field.toNumber(a), field.toNumber(b)];
  return Math.abs(x - y) <= 2 ** -44 * Math.max(Math.abs(x), Math.abs(y));
}
