import { describe, expect, it } from "vitest";
import { sealOfNumbers } from "../../src/files/sealed";

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the seal over a value with long lists of numbers", () => {
  it("is that of the value read back from JSON", () => {
    const values = [
      { a: [1, -0, 1e-300, 0.1], b: { c: "text", d: [] }, e: [[1], [2, 3]], f: undefined, g: true },
      Array.from({ length: 20_000 }, (_, i) => Math.sin(i)),
      [{ x: 1 }, "", 7],
    ];
    for (const value of values) expect(sealOfNumbers(throughJson(value))).toBe(sealOfNumbers(value));
  });

  it("is the same for a Float64Array and the list of its numbers, also a view that does not begin at the first", () => {
    const numbers = Float64Array.from({ length: 9000 }, (_, i) => 1 / (i + 1));
    for (const list of [numbers, numbers.subarray(3), new Float64Array(0)])
      expect(sealOfNumbers({ point: list })).toBe(sealOfNumbers({ point: Array.from(list) }));
  });

  it("differs wherever something was changed, moved or put together otherwise", () => {
    const different: readonly unknown[] = [
      [1, 2],
      [2, 1],
      [1, 2, 0],
      [[1], 2],
      [1, [2]],
      [[1, 2]],
      ["1", 2],
      { 0: 1, 1: 2 },
      { a: [1], b: 2 },
      { a: [1, 2] },
      { a: { b: [1, 2] } },
      Array.from({ length: 10_000 }, (_, i) => i),
      Array.from({ length: 10_000 }, (_, i) => (i === 9999 ? 0 : i)),
      {},
      [],
      "",
      0,
      null,
    ];
    const seals = different.map(sealOfNumbers);
    expect(new Set(seals).size, JSON.stringify(seals)).toBe(different.length);
  });
});
