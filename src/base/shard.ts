import { InputError } from "./inputError";

/** Which part of some work: the i-th of k. */
export interface Shard {
  readonly part: number;
  readonly parts: number;
}

/** More than any work has units: a longer number is a slip, and floats would round the longest. */
const MOST_PARTS = 1_000_000;

/** Reads "i/k". @throws InputError when it is not 1 ≤ i ≤ k ≤ 1000000. */
export function readShard(text: string): Shard {
  const [, part, parts] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number) as number[];
  if (part === undefined || parts === undefined || part < 1 || part > parts || parts > MOST_PARTS)
    throw new InputError("--shard", text, `i/k with 1 ≤ i ≤ k ≤ ${MOST_PARTS}, for example 3/16`);
  return { part, parts };
}

/** What a shard does: dealt out like cards, so that costly pieces, which are often neighbours, are spread over the shards. */
export const shardOf = <Item>(items: readonly Item[], { part, parts }: Shard): readonly Item[] =>
  items.filter((_, index) => index % parts === part - 1);
