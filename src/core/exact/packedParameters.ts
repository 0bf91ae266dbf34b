import type { AttentionParameters } from "../model/attentionParameters";

/** Attention parameters in flat arrays, for loops that must not allocate. */
export interface PackedParameters {
  /** v, length D. */
  readonly value: Float64Array;
  /** M, D × D row-major. */
  readonly keyQuery: Float64Array;
}

/** All entries zero, for tokens of length `size` = D. */
export function zeroParameters(size: number): PackedParameters {
  return { value: new Float64Array(size), keyQuery: new Float64Array(size * size) };
}

export function pack(parameters: AttentionParameters): PackedParameters {
  return {
    value: Float64Array.from(parameters.value),
    keyQuery: Float64Array.from(parameters.keyQuery.flat()),
  };
}

export function unpack(packed: PackedParameters): AttentionParameters {
  const size = packed.value.length;
  const keyQuery = Array.from({ length: size }, (_, i) => [
    ...packed.keyQuery.subarray(i * size, (i + 1) * size),
  ]);
  return { value: [...packed.value], keyQuery };
}
