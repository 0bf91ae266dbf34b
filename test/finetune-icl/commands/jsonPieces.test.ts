import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText } from "../../../src/finetune-icl/commands/jsonInput";

describe("JSON in pieces", () => {
  it("is what JSON.stringify writes at once", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        for (const indent of [1, 2])
          expect([...jsonText(value, indent)].join("")).toBe(`${JSON.stringify(value, null, indent)}\n`);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it("leaves out what is undefined, and keeps empty lists", () => {
    const value = { a: undefined, b: [[], {}, [1, [2, null]]], c: { d: undefined, e: [undefined, {}] } };
    expect([...jsonText(value, 2)].join("")).toBe(`${JSON.stringify(value, null, 2)}\n`);
  });

  it("comes in pieces, none of which is the whole", () => {
    const pieces = [
      ...jsonText(
        Array.from({ length: 300 }, () => Array(1000).fill(0.1)),
        1,
      ),
    ];
    expect(pieces.length).toBeGreaterThan(2);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1.1 * 2 ** 20);
  });
});
