import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT, RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { FastRisk } from "../../../src/core/exact/fastRisk";
import { pack, unpack, zeroParameters } from "../../../src/core/exact/packedParameters";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { asFloats, asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

describe("fast risk", () => {
  it("agrees with the readable version to 1e-12, relative", () => {
    fc.assert(
      fc.property(instances(6), (instance) => {
        const { problem, task, shots, parameters } = asFloats(instance);
        const expected = exactRisk(FLOAT, problem, task, shots, parameters);
        const got = new FastRisk(problem).risk(Float64Array.from(task), shots, pack(parameters));
        expectClose(got, expected, {
          tolerance: 1e-12 * expected,
          reason: "relative rounding in O(d³) sums",
          input: instance,
        });
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it.each([
    [64, "dense"],
    [256, "dense"],
    [256, "diagonal"],
  ] as const)("agrees with the readable version at d = %i, Σ %s", (d, shape) => {
    const random = new RandomSource(d);
    const normals = (length: number, scale: number) => Array.from({ length }, () => scale * random.normal());
    const root = Array.from({ length: d }, () => normals(d, 1 / Math.sqrt(d)));
    const covariance = root.map((a, i) =>
      root.map((b, j) =>
        shape === "diagonal" && i !== j ? 0 : a.reduce((sum, x, k) => sum + x * b[k]!, i === j ? 0.5 : 0),
      ),
    );
    const problem = { dimension: d, covariance, noiseVariance: 0.3 };
    const parameters = {
      value: normals(d + 2, 0.2),
      keyQuery: Array.from({ length: d + 2 }, () => normals(d + 2, 0.2)),
    };
    const task = normals(d, 0.1);
    for (const shots of d > 64 ? ([7] as const) : ([0, 7, "infinity"] as const)) {
      const expected = exactRisk(FLOAT, problem, task, shots, parameters);
      const got = new FastRisk(problem).risk(Float64Array.from(task), shots, pack(parameters));
      expectClose(got, expected, {
        tolerance: 1e-12 * expected,
        reason: "relative rounding in O(d³) sums",
        input: { d, shots, shape },
      });
    }
  });

  it("has the exact gradient: central differences in rationals, which are exact for a quadratic", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const exact = asRationals(instance);
        const floats = asFloats(instance);
        const gradient = zeroParameters(instance.dimension + 2);
        const engine = new FastRisk(floats.problem);
        engine.riskAndGradient(
          Float64Array.from(floats.task),
          floats.shots,
          pack(floats.parameters),
          gradient,
        );
        const risk = (parameters: AttentionParameters<Rational>) =>
          exactRisk(RATIONAL, exact.problem, exact.task, exact.shots, parameters);
        const expected = centralDifferences(risk, exact.parameters);
        const scale = Math.max(...expected.value.map(Math.abs), ...expected.keyQuery.flat().map(Math.abs));
        const got = unpack(gradient);
        const pairs = [
          ...expected.value.map((value, i) => [`v[${i}]`, value, got.value[i]!] as const),
          ...expected.keyQuery.flatMap((row, i) =>
            row.map((value, j) => [`M[${i}][${j}]`, value, got.keyQuery[i]![j]!] as const),
          ),
        ];
        for (const [entry, want, have] of pairs) {
          expectClose(have, want, {
            tolerance: 1e-12 * scale,
            reason: "rounding relative to the largest entry of the gradient",
            input: { entry, instance },
          });
        }
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it("gives the same bits again after other calls used its workspace", () => {
    fc.assert(
      fc.property(instances(4), (instance) => {
        const { problem, task, parameters } = asFloats(instance);
        const engine = new FastRisk(problem);
        const theta = Float64Array.from(task);
        const packed = pack(parameters);
        const [first, again] = [zeroParameters(task.length + 2), zeroParameters(task.length + 2)];
        const before = engine.riskAndGradient(theta, 5, packed, first);
        engine.riskAndGradient(
          theta.map((x) => x + 1),
          0,
          packed,
          zeroParameters(task.length + 2),
        );
        const after = engine.riskAndGradient(theta, 5, packed, again);
        expect(after).toBe(before);
        expect(again).toEqual(first);
      }),
      { numRuns: 20, seed: 3 },
    );
  });
});

/** (R(p + 1) − R(p − 1)) / 2 in every entry p: the risk is quadratic in each, so nothing is left out. */
function centralDifferences(
  risk: (parameters: AttentionParameters<Rational>) => Rational,
  { value, keyQuery }: AttentionParameters<Rational>,
): { readonly value: readonly number[]; readonly keyQuery: readonly (readonly number[])[] } {
  const difference = (at: (step: number) => AttentionParameters<Rational>): number =>
    risk(at(1))
      .sub(risk(at(-1)))
      .div(2)
      .valueOf();
  const shifted = (row: readonly Rational[], at: number, step: number) =>
    row.map((entry, i) => (i === at ? entry.add(step) : entry));
  return {
    value: value.map((_, i) => difference((step) => ({ value: shifted(value, i, step), keyQuery }))),
    keyQuery: keyQuery.map((_row, i) =>
      value.map((_, j) =>
        difference((step) => ({
          value,
          keyQuery: keyQuery.map((row, k) => (k === i ? shifted(row, j, step) : row)),
        })),
      ),
    ),
  };
}
