import { describe, expect, it } from "vitest";
import { readWhole } from "../../src/base/readInput";

describe("a whole number", () => {
  it.each([
    [-1, "0 or more"],
    [0.5, "0 or more"],
    ["3", "0 or more"],
    [1e20, "from 0 to 9007199254740991"],
    [2 ** 53, "from 0 to 9007199254740991"],
    [Number.POSITIVE_INFINITY, "0 or more"],
  ])("is refused as %s with what is allowed: %s", (raw, range) => {
    expect(() => readWhole(raw, "seed", 0)).toThrow(`allowed: a whole number, ${range}`);
  });

  it("is taken up to the largest that has no other beside it", () => {
    expect(readWhole(2 ** 53 - 1, "seed", 0)).toBe(2 ** 53 - 1);
  });
});
