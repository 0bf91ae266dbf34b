import fc from "fast-check";
import { describe, it } from "vitest";
import { evaluateQuadratic } from "../../../src/core/algebra/convexQuadratic";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { asPoint, exactLoss } from "../../../src/core/exact/exactLoss";
import { momentLoss } from "../../../src/core/exact/featureLoss";
import { pack } from "../../../src/core/exact/packedParameters";
import { relaxedLoss, relaxedPoint } from "../../../src/core/exact/relaxedRisk";
import { gaussianTokenMoments } from "../../../src/core/exact/tokenMoments";
import type { RegressionProblem } from "../../../src/core/problem/regressionProblem";
import type { RiskTerm } from "../../../src/core/problem/riskTerm";
import { asFloats, asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

/** The moments of Gaussian tokens in place of their distribution. */
const featureLoss = (problem: RegressionProblem, terms: readonly RiskTerm[], heads: number) =>
  momentLoss(
    problem.dimension,
    terms.map(({ task, ...term }) => ({ ...term, moments: gaussianTokenMoments(FLOAT, problem, task) })),
    heads,
  );

describe("the loss as one quadratic in features", () => {
  it("of one head is the exact loss, value and gradient, for several tasks and shot counts at once", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, task, targetTask, shots, parameters } = asFloats(instance);
        const terms = [
          { task, shots, weight: 1 },
          { task: targetTask, shots, weight: -0.25 },
          { task: targetTask, shots: 0, weight: 2 },
        ];
        const point = asPoint(pack(parameters));
        const [a, b] = [new Float64Array(point.length), new Float64Array(point.length)];
        const expected = exactLoss(problem, terms)(point, a);
        const got = featureLoss(problem, terms, 1)(point, b);
        const scale = Math.max(1, Math.abs(expected), ...a.map(Math.abs));
        const reason = "two programs, rounding of some thousand products";
        expectClose(got, expected, { tolerance: 1e-11 * scale, reason, input: instance });
        a.forEach((slope, i) => {
          expectClose(b[i]!, slope, { tolerance: 1e-11 * scale, reason, input: { instance, i } });
        });
      }),
      { numRuns: 40, seed: 6 },
    );
  });

  it("of two heads has the gradient that central differences give exactly, in rationals", () => {
    fc.assert(
      fc.property(instances(2), instances(2), (first, second) => {
        fc.pre(first.dimension === second.dimension);
        const { problem, task, shots } = asRationals(first);
        const loss = relaxedLoss(RATIONAL, problem, [{ task, shots, weight: RATIONAL.one }]);
        const heads = [asRationals(first).parameters, asRationals(second).parameters];
        const half = RATIONAL.from("1/2");
        // The average of the heads' features; the loss is quadratic in each entry of one head, so any step is exact.
        const at = (moved: number, change: number) => {
          const points = heads.map(({ value, keyQuery }, head) => {
            const flat = [...value, ...keyQuery.flat()].map((x, i) =>
              head * (value.length + value.length ** 2) + i === moved ? x.add(change) : x,
            );
            const size = value.length;
            return relaxedPoint(RATIONAL, {
              value: flat.slice(0, size),
              keyQuery: value.map((_, i) => flat.slice(size * (i + 1), size * (i + 2))),
            });
          });
          return evaluateQuadratic(
            RATIONAL,
            loss,
            points[0]!.map((x, i) => half.mul(x.add(points[1]![i]!))),
          );
        };
        const floats = asFloats(first);
        const point = Float64Array.from(
          [first, second].flatMap((item) => [...asPoint(pack(asFloats(item).parameters))]),
        );
        const gradient = new Float64Array(point.length);
        const term = { task: floats.task, shots: floats.shots, weight: 1 };
        const value = featureLoss(floats.problem, [term], 2)(point, gradient);
        const other = new Float64Array(point.length);
        const byPairs = exactLoss(floats.problem, [term], 2)(point, other);
        const exact = at(-1, 0).valueOf();
        const tolerance = 1e-12 * Math.max(1, exact, ...gradient.map(Math.abs));
        for (const got of [value, byPairs])
          expectClose(got, exact, { tolerance, reason: "rounding", input: [first, second] });
        for (let i = 0; i < point.length; i += 3) {
          const slope = at(i, 1).sub(at(i, -1)).mul(half).valueOf();
          for (const got of [gradient, other])
            expectClose(got[i]!, slope, { tolerance, reason: "rounding", input: [first, second, i] });
        }
      }),
      { numRuns: 8, seed: 7 },
    );
  });
});
