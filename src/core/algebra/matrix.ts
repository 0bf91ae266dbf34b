/** A vector as a plain array of entries. */
export type Vector<T = number> = readonly T[];

/** A matrix as an array of rows. */
export type Matrix<T = number> = readonly (readonly T[])[];

/** The entry in row `i`, column `j`. */
export function entry<T>(matrix: Matrix<T>, i: number, j: number): T {
  return matrix[i]![j]!;
}

/** The `rows × columns` matrix with entries `at(i, j)`. */
export function matrixFrom<T>(rows: number, columns: number, at: (i: number, j: number) => T): T[][] {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => at(i, j)));
}
