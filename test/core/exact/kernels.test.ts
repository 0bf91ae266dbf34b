import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addStridedProduct, addTranspose, product } from "../../../src/core/exact/kernels";

const square = (d: number) =>
  fc
    .array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: d * d, maxLength: d * d })
    .map((entries) => Float64Array.from(entries));

const transposeOf = (X: Float64Array, d: number) => X.map((_, at) => X[(at % d) * d + Math.floor(at / d)]!);

describe("products of matrices", () => {
  it("have the bits of the plain triple loop, transposed or not, for every remainder of the tiles", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 19 }).chain((d) => fc.tuple(fc.constant(d), square(d), square(d))),
        ([d, X, Y]) => {
          const expected = new Float64Array(d * d);
          for (let i = 0; i < d; i += 1)
            for (let k = 0; k < d; k += 1)
              for (let j = 0; j < d; j += 1) expected[i * d + j]! += X[i * d + k]! * Y[k * d + j]!;
          const plain = new Float64Array(d * d);
          product(X, Y, plain, d);
          const left = new Float64Array(d * d);
          addStridedProduct(transposeOf(X, d), 1, d, Y, d, 1, left, d);
          const right = new Float64Array(d * d);
          addStridedProduct(X, d, 1, transposeOf(Y, d), 1, d, right, d);
          for (const got of [plain, left, right]) expect(got).toEqual(expected);
        },
      ),
      { numRuns: 60, seed: 71 },
    );
  });

  it("add a matrix to its transpose, tile by tile", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 37 }).chain((d) => fc.tuple(fc.constant(d), square(d))),
        ([d, X]) => {
          const out = new Float64Array(d * d);
          addTranspose(X, out, d);
          const transposed = transposeOf(X, d);
          expect(out).toEqual(X.map((x, at) => x + transposed[at]!));
        },
      ),
      { numRuns: 40, seed: 72 },
    );
  });
});
