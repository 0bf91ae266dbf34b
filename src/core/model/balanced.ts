import { type AttentionParameters, requireParameters } from "./attentionParameters";

/**
 * The same model with v and M of about the same size: v times a power of two and M divided by it, which changes no prediction
 * and rounds nothing (but for entries so small that they leave the range of floats). Products of v and M then overflow or
 * vanish only where predictions do.
 * @throws InputError when v and M do not fit each other or hold what is no finite number.
 */
export function balanced({ value, keyQuery }: AttentionParameters): AttentionParameters {
  requireParameters({ value, keyQuery });
  const [v, m] = [largest(value), largest(keyQuery.flat())];
  if (v === 0 || m === 0) return { value, keyQuery };
  const exponent = Math.round((Math.log2(m) - Math.log2(v)) / 2);
  // Sizes that differ by less lose nothing, and their numbers stay as they are.
  if (Math.abs(exponent) < 100) return { value, keyQuery };
  const factor = 2 ** exponent;
  return {
    value: value.map((x) => x * factor),
    keyQuery: keyQuery.map((row) => row.map((x) => x / factor)),
  };
}

const largest = (entries: readonly number[]): number =>
  entries.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
