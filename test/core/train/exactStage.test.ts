import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateQuadratic } from "../../../src/core/algebra/convexQuadratic";
import { RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { relaxedLoss, relaxedPoint } from "../../../src/core/exact/relaxedRisk";
import { type ModelShape, parameterLayout } from "../../../src/core/model/parameterLayout";
import { exactStageLoss } from "../../../src/core/train/exactStage";
import { asFloats, asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

/** A flat point with small entries that are exact in binary, so that floats and rationals hold the same numbers. */
const entries = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => Math.round(8 * Math.sin(seed + 1.7 * i)) / 8);

/** KᵀQ. */
const product = (K: readonly (readonly Rational[])[], Q: readonly (readonly Rational[])[]): Rational[][] =>
  K.map((_, a) => Q.map((_x, b) => K.reduce((s, row, r) => s.add(row[a]!.mul(Q[r]![b]!)), RATIONAL.zero)));

describe("the exact loss of a training stage", () => {
  it.each([
    ["merged", 1],
    ["separate", 1],
    ["merged", 2],
    ["separate", 2],
  ] as const)(
    "has the gradient that central differences give exactly, in rationals (key and query %s, heads: %i)",
    (keyQuery, heads) => {
      fc.assert(
        fc.property(instances(2), fc.integer({ min: 0, max: 99 }), (instance, seed) => {
          const shape: ModelShape = { dimension: instance.dimension, layers: 1, heads, keyQuery };
          const layout = parameterLayout(shape);
          const D = layout.size;
          const flat = entries(layout.length, seed);
          const exact = asRationals(instance);
          const floats = asFloats(instance);
          const { problem, task, shots } = exact;
          // Of one head the risk in closed form; of two the quadratic in the mean of their features.
          const relaxed = relaxedLoss(RATIONAL, problem, [{ task, shots, weight: RATIONAL.one }]);
          const risk = (moved: number, change: number): Rational => {
            const at = flat.map((x, i) => RATIONAL.from(String(x)).add(i === moved ? change : 0));
            const matrix = (k: number) =>
              Array.from({ length: D }, (_, i) => at.slice(k * D * D + i * D, k * D * D + i * D + D));
            const blocks = keyQuery === "merged" ? 2 : 3;
            const [first, second] = Array.from({ length: heads }, (_, head) => ({
              value: matrix(head * blocks)[D - 1]!,
              keyQuery:
                keyQuery === "merged"
                  ? matrix(head * blocks + 1)
                  : product(matrix(head * blocks + 1), matrix(head * blocks + 2)),
            }));
            if (second === undefined) return exactRisk(RATIONAL, problem, task, shots, first!);
            const [one, two] = [first!, second].map((head) => relaxedPoint(RATIONAL, head));
            return evaluateQuadratic(
              RATIONAL,
              relaxed,
              one!.map((x, i) => x.add(two![i]!).div(2)),
            );
          };
          const gradient = new Float64Array(layout.length);
          const terms = [{ task: floats.task, shots: floats.shots, weight: 1 }];
          const loss = exactStageLoss(layout, floats.problem, terms)(Float64Array.from(flat), gradient, 0);
          const expected = risk(-1, 0).valueOf();
          const tolerance = 1e-12 * Math.max(1, expected, ...gradient.map(Math.abs));
          const reason = "rounding: the difference quotient itself is exact";
          expectClose(loss, expected, { tolerance, reason, input: { instance, seed } });
          for (let i = seed % (5 * heads); i < flat.length; i += 5 * heads) {
            const slope = risk(i, 1).sub(risk(i, -1)).div(2).valueOf();
            expectClose(gradient[i]!, slope, { tolerance, reason, input: { instance, seed, i } });
          }
        }),
        { numRuns: 16 - 5 * heads, seed: 8 },
      );
    },
  );

  it("of several equal heads is that of one, and each head gets its share of the gradient", () => {
    const { problem, task, shots } = asFloats(fc.sample(instances(3), { numRuns: 1, seed: 9 })[0]!);
    const terms = [{ task, shots, weight: 1 }];
    const one = parameterLayout({ dimension: problem.dimension, layers: 1, heads: 1, keyQuery: "separate" });
    const three = parameterLayout({ ...one.shape, heads: 3 });
    const flat = entries(one.length, 3);
    const [g1, g3] = [new Float64Array(one.length), new Float64Array(three.length)];
    const alone = exactStageLoss(one, problem, terms)(Float64Array.from(flat), g1, 0);
    const together = exactStageLoss(three, problem, terms)(
      Float64Array.from([...flat, ...flat, ...flat]),
      g3,
      0,
    );
    const tolerance = 1e-11 * Math.max(1, alone);
    expectClose(together, alone, { tolerance, reason: "rounding", input: shots });
    g1.forEach((slope, i) => {
      expectClose(3 * g3[i]!, slope, { tolerance, reason: "rounding", input: i });
    });
  });

  it("is refused for two layers", () => {
    const { problem, task } = asFloats(fc.sample(instances(2), { numRuns: 1, seed: 1 })[0]!);
    const deep = parameterLayout({ dimension: problem.dimension, layers: 2, heads: 1, keyQuery: "merged" });
    expect(() => exactStageLoss(deep, problem, [{ task, shots: 0, weight: 1 }])).toThrow(/^layers: holds 2/);
  });
});
