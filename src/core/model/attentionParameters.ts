import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { join, readRecord, readSquareMatrix, readVector } from "../problem/readInput";
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
