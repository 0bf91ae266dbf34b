import { describe, expect, it } from "vitest";
import { readShard, shardOf } from "../../src/base/shard";

describe("a shard", () => {
  it("is read from i/k, and may be one of more than there are units", () => {
    expect(readShard("3/16")).toEqual({ part: 3, parts: 16 });
    expect(shardOf(["a", "b"], readShard("1/1000000"))).toEqual(["a"]);
    expect(shardOf(["a", "b"], readShard("1000000/1000000"))).toEqual([]);
  });

  it.each([
    "0/3",
    "4/3",
    "1/0",
    "1",
    "1/2/3",
    "-1/2",
    "1/1e3",
    "1.5/2",
    "",
    " 1/2",
    "1/1000001",
    "1/99999999999",
    `1/${"9".repeat(400)}`,
  ])("is refused by name: %s", (text) => {
    expect(() => readShard(text)).toThrow(/^--shard: holds .*; allowed: i\/k with 1 ≤ i ≤ k ≤ 1000000/);
  });
});
