import { type AttentionParameters, requireParameters } from "../model/attentionParameters";
import { readWhole, requireVector } from "../problem/readInput";

/** Attention parameters in flat arrays, for loops that must not allocate. */
export interface PackedParameters {
  /** v, length D. */
  readonly value: Float64Array;
  /** M, D × D row-major. */
  readonly keyQuery: Float64Array;
}

/** All entries zero, for tokens of length `size` = D. @throws InputError naming `size`. */
export function zeroParameters(size: number): PackedParameters {
  readWhole(size, "size", 1);
  return { value: new Float64Array(size), keyQuery: new Float64Array(size * size) };
}

/** v and M in flat arrays. @throws InputError when they do not fit each other or hold what is no finite number. */
export function pack(parameters: AttentionParameters): PackedParameters {
  requireParameters(parameters);
  return {
    value: Float64Array.from(parameters.value),
    keyQuery: Float64Array.from(parameters.keyQuery.flat()),
  };
}

/** v and M in rows. @throws InputError when they do not fit each other or hold what is no finite number. */
export function unpack(packed: PackedParameters): AttentionParameters {
  const size = packed.value.length;
  requireVector(packed.value, "value", size);
  requireVector(packed.keyQuery, "keyQuery", size * size);
  const keyQuery = Array.from({ length: size }, (_, i) => [
    ...packed.keyQuery.subarray(i * size, (i + 1) * size),
  ]);
  return { value: [...packed.value], keyQuery };
}
