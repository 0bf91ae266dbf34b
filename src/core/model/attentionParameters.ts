import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import {
  join,
  readRecord,
  readSquareMatrix,
  readVector,
  requireMatrix,
  requireSquare,
  requireVector,
} from "../problem/readInput";
import { tokenLength } from "./tokens";

/** The part of one linear attention head that its prediction depends on. */
export interface AttentionParameters<T = number> {
  /** v: the last row of the value matrix V; length D. */
  readonly value: Vector<T>;
  /** M = KᵀQ, D × D: token j scores z_jᵀ M z_q for the query token. */
  readonly keyQuery: Matrix<T>;
}

/** Reads `{value, keyQuery}` for covariates of the given dimension. @throws InputError naming the field. */
export function readAttentionParameters<T>(
  field: NumberField<T>,
  raw: unknown,
  path: string,
  dimension: number,
): AttentionParameters<T> {
  const record = readRecord(raw, path, ["value", "keyQuery"]);
  const size = tokenLength(dimension);
  return {
    value: readVector(field, record.value, join(path, "value"), size),
    keyQuery: readSquareMatrix(field, record.keyQuery, join(path, "keyQuery"), size),
  };
}

/**
 * For parameters that are already numbers: v of length D and M of D × D, every entry finite; D = d + 2 where the dimension is
 * told.
 * @returns D.
 * @throws InputError naming `value` or `keyQuery`.
 */
export function requireParameters<T>(
  { value, keyQuery }: AttentionParameters<T>,
  dimension?: number,
  path = "",
): number {
  if (dimension !== undefined) requireMatrix(keyQuery, join(path, "keyQuery"), tokenLength(dimension));
  const size = dimension === undefined ? requireSquare(keyQuery, join(path, "keyQuery")) : keyQuery.length;
  requireVector(value, join(path, "value"), size);
  return size;
}
