import { requireSquare } from "../problem/readInput";
import type { AttentionParameters } from "./attentionParameters";
import { CONSTANT_SLOT } from "./tokens";

/** M_xx, d × d: what the key-query matrix M makes of the covariates of a token and of the query. @throws InputError naming `keyQuery`. */
export function covariateBlock<T>({ keyQuery }: AttentionParameters<T>): T[][] {
  requireSquare(keyQuery, "keyQuery");
  return keyQuery.slice(1, -1).map((row) => row.slice(1, -1));
}

/** M_x0, length d: what M makes of the covariates of a token whatever the query is. @throws InputError naming `keyQuery`. */
export function constantColumn<T>({ keyQuery }: AttentionParameters<T>): T[] {
  requireSquare(keyQuery, "keyQuery");
  return keyQuery.slice(1, -1).map((row) => row[CONSTANT_SLOT]!);
}

/** Euclidean length of the symmetric part of M_xx: zero where full fine-tuning has erased the comparison of examples. @throws InputError naming `keyQuery`. */
export function symmetricBlockLength(parameters: AttentionParameters): number {
  const block = covariateBlock(parameters);
  return Math.hypot(...block.flatMap((row, i) => row.map((x, j) => (x + block[j]![i]!) / 2)));
}
