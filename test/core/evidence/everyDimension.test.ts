import { describe, expect, it } from "vitest";
import { defineFormula, evaluate } from "../../../src/core/algebra/formula";
import { RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { isApplicable } from "../../../src/core/evidence/claim";
import { coverageOf, dimensionsNeeded, reachOf } from "../../../src/core/evidence/everyDimension";
import { runIdentity } from "../../../src/core/evidence/identity";
import type { IdentityEvidence } from "../../../src/core/evidence/identityEvidence";
import { BoundDraw, type IdentityDraw, PrimeDraw } from "../../../src/core/evidence/rationalDraw";
import { PRETRAINED_RISK } from "../../../src/core/theory/pretraining";
import { CLAIMS } from "../../../src/lab/claims";

/** tr A^k by the entries, so that no formula's trace is needed. */
function powerTraces(draw: IdentityDraw, most: number): readonly Rational[] {
  const a = draw.symmetric();
  const traces: Rational[] = [];
  let power = a;
  for (let k = 1; k <= most; k += 1) {
    traces.push(power.map((row, i) => row[i]!).reduce((sum, x) => sum.add(x)));
    power = power.map((row) =>
      a.map((_, j) => row.map((x, l) => x.mul(a[l]![j]!)).reduce((s, x) => s.add(x))),
    );
  }
  return traces;
}

/** e_k of the eigenvalues of a random symmetric matrix, by Newton's identities: zero exactly in fewer than k dimensions. */
function elementary(draw: IdentityDraw, k: number): Rational {
  const traces = powerTraces(draw, k);
  const e: Rational[] = [draw.field.one];
  for (let m = 1; m <= k; m += 1) {
    const terms = traces.slice(0, m).map((t, i) => e[m - 1 - i]!.mul(t).mul(i % 2 === 0 ? 1 : -1));
    e.push(terms.reduce((sum, x) => sum.add(x)).div(m));
  }
  return e[k]!;
}

/** The determinant of the inner products of k random vectors: zero exactly in fewer than k dimensions. */
function gram(draw: IdentityDraw, k: number): Rational {
  const vectors = Array.from({ length: k }, () => draw.vector());
  const products = vectors.map((a) =>
    vectors.map((b) => a.map((x, i) => x.mul(b[i]!)).reduce((s, x) => s.add(x))),
  );
  const minor = (rows: readonly (readonly Rational[])[]): Rational =>
    rows.length === 1
      ? rows[0]![0]!
      : rows[0]!
          .map((x, j) =>
            x.mul(minor(rows.slice(1).map((row) => row.filter((_, l) => l !== j)))).mul(j % 2 === 0 ? 1 : -1),
          )
          .reduce((s, x) => s.add(x));
  return minor(products);
}

/** (d − 1)…(d − k): zero exactly for d = 1, …, k. */
const roots = (draw: IdentityDraw, k: number): Rational =>
  Array.from({ length: k }, (_, i) => draw.d.sub(i + 1)).reduce((product, x) => product.mul(x));

const formula = (symbol: string, expression: string) =>
  defineFormula({ title: symbol, source: "None: made for this test.", yields: "scalar", symbol, expression });

/** ‖θ‖² = θᵀΣθ, and a formula's trace of that multiple of I: places for vectors are counted in it, which stand in the number. */
const SQUARE = formula("s", "normSquared(task)");
const SCALED_TRACE = formula("t", "trace(normSquared(task) * covariance * inv(covariance))");

/**
 * tr(‖θ‖²I) is none of ‖θ‖², …, (k − 1)‖θ‖² and (k + 1)‖θ‖²: the product of the differences is zero exactly in these dimensions, the last of
 * which alone would be asked for if the loop did not count.
 */
function scaledTraces(draw: IdentityDraw, k: number): Rational {
  const values = { covariance: draw.covariance(), task: draw.vector() };
  const square = evaluate(SQUARE, draw.field, values);
  const trace = evaluate(SCALED_TRACE, draw.field, values);
  return Array.from({ length: k }, (_, i) => trace.sub(square.mul(i + 1 < k ? i + 1 : k + 1))).reduce(
    (product, x) => product.mul(x),
  );
}

const FALSE_IDENTITIES: readonly (readonly [string, (draw: IdentityDraw, k: number) => Rational, number])[] =
  [
    ["e_k(A) = 0, a Cayley–Hamilton relation", elementary, 1],
    ["det of k inner products = 0", gram, 1],
    ["(d − 1)…(d − k) = 0", roots, 0],
    ["(d − 1)…(d − k) e_k(A) = 0", (draw, k) => roots(draw, k).mul(elementary(draw, k)), 0],
    ["(tr(‖θ‖²I) − ‖θ‖²)…(tr(‖θ‖²I) − (k + 1)‖θ‖²) = 0", scaledTraces, 1],
    ["e_k(A)/(d + 4) = 0", (draw, k) => elementary(draw, k).div(draw.d.add(4)), 1],
  ];

describe("the theorem on every dimension", () => {
  it.each(FALSE_IDENTITIES)(
    "finds %s false for k = 1 to 5 in the dimensions it asks for",
    (_name, value, least) => {
      for (let k = 1; k <= 5; k += 1) {
        const differences = (draw: IdentityDraw) => ({ zero: [value(draw, k)] });
        const needed = dimensionsNeeded(reachOf({ differences }))!;
        const holds = (d: number): boolean => {
          const draw = new PrimeDraw(d, 1, 17);
          return draw.field.sign(value(draw, k)) === 0;
        };
        for (let d = 1; d < k + 1 - least; d += 1) {
          expect(holds(d), `k = ${k}: true in d = ${d}, so that small dimensions do not find it false`).toBe(
            true,
          );
        }
        expect(
          needed.filter((d) => !holds(d)).length,
          `k = ${k}: false in one of d = ${needed}`,
        ).toBeGreaterThan(0);
      }
    },
  );

  it("is not said to reach every dimension when the places for vectors grow with d", () => {
    const evidence: IdentityEvidence = {
      compares: "det A with itself",
      differences: (draw) => {
        const gamma = draw.symmetric();
        const inverse = draw.field.math.inv(gamma) as readonly (readonly Rational[])[];
        return { zero: [inverse[0]![0]!.sub(inverse[0]![0]!)] };
      },
      controls: [],
    };
    expect(dimensionsNeeded(reachOf(evidence))).toBeUndefined();
    const { everyDimension, scope } = coverageOf(evidence);
    expect(everyDimension).toBe(false);
    expect(scope).toBe("d = 1 to 8");
    expect(coverageOf({ ...evidence, dimensionsOnly: "told" }).everyDimension).toBe(false);
    expect(coverageOf({ ...evidence, degree: () => 1 }).scope).toBe("d = 1 to 3");
  });

  it("takes numbers that are no bounds for constants, so that a check which cannot fail is no error", () => {
    const differences = () => ({ zero: [RATIONAL.zero] });
    expect(reachOf({ differences })).toEqual({ pairs: 1, dimensionDegree: 0 });
    const evidence = { compares: "", differences, controls: [{ description: "itself", differences }] };
    expect(runIdentity("toothless", evidence, { profile: "quick", seed: 1 }).verdict).toBe("inconclusive");
  });

  it("needs q + 1 dimensions from m on, and says so", () => {
    expect(dimensionsNeeded({ pairs: 3, dimensionDegree: 2 })).toEqual([3, 4, 5]);
    expect(dimensionsNeeded({ pairs: 0, dimensionDegree: 0 })).toEqual([1]);
    const differences = (draw: IdentityDraw) => ({ zero: [gram(draw, 3)] });
    // Three vectors, each twice: six places, and two more for the components of what is compared.
    expect(reachOf({ differences })).toEqual({ pairs: 4, dimensionDegree: 0 });
    const evidence = { compares: "", differences, controls: [] };
    expect(coverageOf(evidence).scope).toBe(
      "every d: at most 8 places for vectors and degree 0 in d, so d = 4 suffices",
    );
    const result = runIdentity("gram", evidence, { profile: "quick", seed: 1 });
    expect(result.rows.map(({ label, deviation }) => [label, deviation > 0])).toEqual([
      ["d = 1, rational", false],
      ["d = 2, rational", false],
      ["d = 1", false],
      ["d = 2", false],
      ["d = 3", true],
      ["d = 4", true],
    ]);
    expect(result.verdict).toBe("refuted");
  });

  it("counts every trace of a formula as a loop that may hide d, whatever stands in it", () => {
    const sizes = (gammaOf: (draw: IdentityDraw) => readonly (readonly Rational[])[]) =>
      reachOf({
        differences: (draw) => ({
          zero: [
            evaluate(PRETRAINED_RISK, draw.field, {
              covariance: draw.covariance(),
              noiseVariance: draw.positive(),
              gamma: gammaOf(draw),
              task: draw.vector(),
              contextShare: draw.number(),
              queryShare: draw.number(),
            }),
          ],
        }),
      });
    // tr(ΣΓΣΓ)‖θ‖²: two matrices and a vector twice, or the trace of I and a vector twice.
    expect(sizes((draw) => draw.symmetric())).toEqual({ pairs: 4, dimensionDegree: 1 });
    expect(
      sizes((draw) => draw.field.math.inv(draw.covariance()) as readonly (readonly Rational[])[]),
    ).toEqual({
      pairs: 2,
      dimensionDegree: 1,
    });
  });

  const identities = CLAIMS.flatMap(({ id, identity }) =>
    isApplicable(identity) && identity.degree === undefined ? [[id, identity] as const] : [],
  );
  it.each(identities)("%s: bounds at d = 3 and 4 agree, and what is claimed is tried", (_id, identity) => {
    const slots = (d: number): number =>
      Math.max(
        ...identity
          .differences(new BoundDraw(d))
          .zero.map(
            (item) => (item as unknown as { total: { numerator: { slots: number } } }).total.numerator.slots,
          ),
      );
    if (identity.dimensionsOnly === undefined) {
      expect(slots(4), "the number of places does not depend on d").toBe(slots(3));
      const { dimensions, everyDimension } = coverageOf(identity, "quick");
      expect(everyDimension, "true in every dimension").toBe(true);
      expect(dimensions).toEqual(expect.arrayContaining([...dimensionsNeeded(reachOf(identity))!]));
    } else {
      expect(coverageOf(identity).everyDimension).toBe(false);
    }
  });

  it("covers all claims but those that say why not", () => {
    const only = identities
      .filter(([, { dimensionsOnly }]) => dimensionsOnly !== undefined)
      .map(([id]) => id);
    expect(only).toEqual(["price-in-the-released-setting", "value-only-other-covariates"]);
  });
});
