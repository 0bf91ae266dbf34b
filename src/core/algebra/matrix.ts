import { InputError, readWhole } from "@finetune-icl/base";

/** A vector as a plain array of entries. */
export type Vector<T = number> = readonly T[];

/** A matrix as an array of rows. */
export type Matrix<T = number> = readonly (readonly T[])[];

/** The entry in row `i`, column `j`. @throws InputError when there is none. */
export function entry<T>(matrix: Matrix<T>, i: number, j: number): T {
  const row = matrix[i];
  if (row === undefined) throw new InputError("i", i, `a row of the matrix, from 0 to ${matrix.length - 1}`);
  const value = row[j];
  if (value === undefined) throw new InputError("j", j, `a column of the row, from 0 to ${row.length - 1}`);
  return value;
}

/** The `rows × columns` matrix with entries `at(i, j)`. @throws InputError when a size is no whole number. */
export function matrixFrom<T>(rows: number, columns: number, at: (i: number, j: number) => T): T[][] {
  readWhole(rows, "rows", 0);
  readWhole(columns, "columns", 0);
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => at(i, j)));
}
