import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  layersOf,
  type ModelShape,
  parameterLayout,
  pointOf,
  type TRAINABLE_SETS,
  trainablePositions,
} from "../../../src/core/model/parameterLayout";

const shapes = fc.record<ModelShape>({
  dimension: fc.integer({ min: 1, max: 4 }),
  layers: fc.integer({ min: 1, max: 3 }),
  heads: fc.integer({ min: 1, max: 3 }),
  keyQuery: fc.constantFrom("merged", "separate"),
});
const numbered = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i + 1);

describe("the layout of parameters", () => {
  it("goes to layers and back without loss", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const layout = parameterLayout(shape);
        const point = numbered(layout.length);
        expect(pointOf(layout, layersOf(layout, point))).toEqual(point);
      }),
      { seed: 1 },
    );
  });

  it("counts D² numbers a matrix: two a head when key and query are merged, three when they are apart", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const matrices = shape.layers * shape.heads * (shape.keyQuery === "merged" ? 2 : 3);
        expect(parameterLayout(shape).length).toBe(matrices * (shape.dimension + 2) ** 2);
      }),
      { seed: 1 },
    );
  });

  it("puts value and key-query side by side into all, and key and query into key-query", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const layout = parameterLayout(shape);
        const of = (set: (typeof TRAINABLE_SETS)[number]) => [...trainablePositions(layout, set)];
        const sorted = (positions: readonly number[]) => [...positions].sort((a, b) => a - b);
        expect(sorted([...of("value"), ...of("key-query")])).toEqual(sorted(of("all")));
        expect(of("all")).toHaveLength(layout.length);
        if (shape.keyQuery === "separate") {
          expect(sorted([...of("key"), ...of("query")])).toEqual(sorted(of("key-query")));
        }
      }),
      { seed: 1 },
    );
  });

  it("names one layer of one head: V first, then K, then Q, row by row", () => {
    const layout = parameterLayout({ dimension: 1, layers: 1, heads: 1, keyQuery: "separate" });
    expect(layersOf(layout, numbered(27))[0]![0]).toEqual({
      kind: "separate",
      value: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      key: [
        [10, 11, 12],
        [13, 14, 15],
        [16, 17, 18],
      ],
      query: [
        [19, 20, 21],
        [22, 23, 24],
        [25, 26, 27],
      ],
    });
  });

  it("refuses to train the query alone where it is merged with the key, and layers of another shape", () => {
    const merged = parameterLayout({ dimension: 1, layers: 1, heads: 1, keyQuery: "merged" });
    const apart = parameterLayout({ dimension: 1, layers: 1, heads: 1, keyQuery: "separate" });
    const wide = parameterLayout({ dimension: 2, layers: 1, heads: 2, keyQuery: "merged" });
    expect(() => trainablePositions(merged, "query")).toThrow(/^trainable: /);
    expect(() => pointOf(merged, layersOf(apart, numbered(27)))).toThrow(/^layers\[0\]\[0\]\.keyQuery: /);
    expect(() => pointOf(wide, layersOf(merged, numbered(18)))).toThrow(/^layers\[0\]: /);
    expect(() => pointOf(merged, [])).toThrow(/^layers: /);
  });
});
