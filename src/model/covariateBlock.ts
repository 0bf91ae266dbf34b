import type { AttentionParameters } from "./attentionParameters";

/** M_xx, d × d: what the key-query matrix M makes of the covariates of a token and of the query. */
export function covariateBlock<T>({ keyQuery }: AttentionParameters<T>): T[][] {
  return keyQuery.slice(1, -1).map((row) => row.slice(1, -1));
}

/** Euclidean length of the symmetric part of M_xx: zero where full fine-tuning has erased the comparison of examples. */
export function symmetricBlockLength(parameters: AttentionParameters): number {
  const block = covariateBlock(parameters);
  return Math.hypot(...block.flatMap((row, i) => row.map((x, j) => (x + block[j]![i]!) / 2)));
}
