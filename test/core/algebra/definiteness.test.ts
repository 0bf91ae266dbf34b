import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factorLdl } from "../../../src/core/algebra/definiteness";
import { orderedFieldOf } from "../../../src/core/algebra/orderedField";

const FLOATS = orderedFieldOf(1)!;

/** The definition, in plain loops over every entry. */
function plainLdl(matrix: readonly (readonly number[])[]) {
  const d = matrix.length;
  const lower = matrix.map((_, i) => matrix.map((__, j): number => (i === j ? 1 : 0)));
  const pivots: number[] = [];
  for (let j = 0; j < d; j += 1)
    for (let i = j; i < d; i += 1) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k += 1) sum -= lower[i]![k]! * pivots[k]! * lower[j]![k]!;
      if (i === j) pivots.push(sum);
      else lower[i]![j] = sum / pivots[j]!;
    }
  return { lower, pivots };
}

describe("LDL factors of floats", () => {
  const dimensions = fc.integer({ min: 1, max: 9 });
  const matrices = dimensions.chain((d) =>
    fc
      .tuple(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: d * d, maxLength: d * d }),
        fc.integer({ min: 0, max: d }),
      )
      // Symmetric, banded, with a diagonal that makes it definite.
      .map(([values, band]) =>
        Array.from({ length: d }, (_, i) =>
          Array.from({ length: d }, (_, j) =>
            i === j ? d + 1 : Math.abs(i - j) > band ? 0 : values[Math.min(i, j) * d + Math.max(i, j)]!,
          ),
        ),
      ),
  );

  it("have the bits of the plain loops, whatever zeros are passed over", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const { lower, pivots } = factorLdl(FLOATS, matrix)!;
        const plain = plainLdl(matrix);
        // A sum from which only zeros were taken may have another sign of zero.
        const signless = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((x) => x + 0));
        expect(pivots).toEqual(plain.pivots);
        expect(signless(lower)).toEqual(signless(plain.lower));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it.each([
    [
      "indefinite",
      [
        [1, 2],
        [2, 1],
      ],
    ],
    [
      "negative below a zero pivot",
      [
        [0, 1],
        [1, 0],
      ],
    ],
    [
      "negative at the end",
      [
        [1, 0],
        [0, -1],
      ],
    ],
  ])("do not exist of a matrix that is %s", (_, matrix) => {
    expect(factorLdl(FLOATS, matrix)).toBeUndefined();
  });
});
