import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonPieces } from "../../../src/finetune-icl/commands/jsonInput";

describe("JSON in pieces", () => {
  it("is what JSON.stringify writes at once", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect([...jsonPieces(value, "")].join("")).toBe(JSON.stringify(value, null, 2));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it("leaves out what is undefined, and keeps empty lists", () => {
    const value = { a: undefined, b: [[], {}, [1, [2, null]]], c: { d: undefined, e: [undefined, {}] } };
    expect([...jsonPieces(value, "")].join("")).toBe(JSON.stringify(value, null, 2));
  });
});
