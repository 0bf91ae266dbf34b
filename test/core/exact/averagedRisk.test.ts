import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { averagedRisk } from "../../../src/core/exact/averagedRisk";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { pack } from "../../../src/core/exact/packedParameters";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { pretrainedParameters } from "../../../src/core/theory/pretraining";
import { zeroShotFullParameters } from "../../../src/core/theory/zeroShotFull";
import { asFloats, asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

const { problem, pretraining } = isotropicSetting({
  dimension: 3,
  noiseVariance: 0.2,
  pretrainingShots: 10,
});
const average = averagedRisk(problem, { kind: "sphere", taskCovariance: pretraining.taskCovariance });

describe("the risk averaged over a prior", () => {
  it("is the risk of any unit task where the model treats all directions alike", () => {
    const pretrained = pretrainedParameters(FLOAT, problem, pretraining);
    for (const shots of [0, 7, "infinity"] as const) {
      expectClose(
        average(pack(pretrained), shots),
        exactRisk(FLOAT, problem, [0.6, 0, 0.8], shots, pretrained),
        {
          tolerance: 1e-12,
          reason: "rounding",
          input: shots,
        },
      );
    }
  });

  it("averages over the sphere where it does not: after full fine-tuning σ² + |θ₀|² + 1 at n = 0", () => {
    const tuned = zeroShotFullParameters(FLOAT, [1, 0, 0], {
      branch: "constant-score",
      scoreScale: 1.5,
      labelWeight: 1,
    });
    // E|θ₀ − θ|² = 2, as tasks have mean zero.
    expectClose(average(pack(tuned), 0), 0.2 + 2, { tolerance: 1e-12, reason: "rounding" });
    expect(exactRisk(FLOAT, problem, [1, 0, 0], 0, tuned)).toBeCloseTo(0.2, 12);
  });
});

/** Averages over a prior with rational nodes and weights, exact for every polynomial of degree 4 in θ = Bu. */
interface RationalPrior {
  readonly kind: "sphere" | "gaussian";
  /** Λ = scale · BBᵀ. */
  readonly scale: number;
  readonly nodes: readonly { readonly u: readonly string[]; readonly weight: string }[];
}

/** The three-point rule of Gauss and Hermite in each of r directions: nodes 0 and ±3 for variance 3. */
function hermite(rank: number): RationalPrior {
  const line = [
    { u: "0", weight: "2/3" },
    { u: "3", weight: "1/6" },
    { u: "-3", weight: "1/6" },
  ];
  let nodes: { u: readonly string[]; weight: string }[] = [{ u: [], weight: "1" }];
  for (let k = 0; k < rank; k += 1)
    nodes = nodes.flatMap((node) =>
      line.map((next) => ({
        u: [...node.u, next.u],
        weight: RATIONAL.multiply(RATIONAL.from(node.weight), RATIONAL.from(next.weight)).toFraction(),
      })),
    );
  return { kind: "gaussian", scale: 3, nodes };
}

/** The unit circle, θ = √2 F u with F = √2 B: axes, and the points of the triangle 3-4-5, weighted so that E x²y² = 1/8. */
const circle: RationalPrior = {
  kind: "sphere",
  scale: 2,
  nodes: [1, -1].flatMap((s) => [
    { u: [`${2 * s}`, "0"], weight: "527/4608" },
    { u: ["0", `${2 * s}`], weight: "527/4608" },
    ...[1, -1].flatMap((t) => [
      { u: [`${6 * s}/5`, `${8 * t}/5`], weight: "625/9216" },
      { u: [`${8 * s}/5`, `${6 * t}/5`], weight: "625/9216" },
    ]),
  ]),
};

/** Two points: the sphere of a line. */
const line: RationalPrior = {
  kind: "sphere",
  scale: 1,
  nodes: ["1", "-1"].map((x) => ({ u: [x], weight: "1/2" })),
};

describe("the risk averaged over a prior, beside an average of the readable version in rationals", () => {
  it.each([
    ["a Gaussian of rank 1", hermite(1), 1],
    ["a Gaussian of rank 2", hermite(2), 2],
    ["a sphere of rank 1", line, 1],
    ["a sphere of rank 2", circle, 2],
  ] as const)("agrees to 1e-12 for %s", (_name, prior, rank) => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        fc.pre(instance.dimension >= rank);
        const exact = asRationals(instance);
        const floats = asFloats(instance);
        // d × r, and never zero.
        const factor = exact.problem.covariance.map((row) => row.slice(0, rank));
        const expected = prior.nodes
          .map(({ u, weight }) => {
            const task = factor.map((row) =>
              row.reduce((sum, x, k) => sum.add(x.mul(RATIONAL.from(u[k]!))), RATIONAL.zero),
            );
            return exactRisk(RATIONAL, exact.problem, task, exact.shots, exact.parameters).mul(
              RATIONAL.from(weight),
            );
          })
          .reduce((sum, x) => sum.add(x), RATIONAL.zero)
          .valueOf();
        const B = floats.problem.covariance.map((row) => row.slice(0, rank));
        const taskCovariance = B.map((a) =>
          B.map((b) => prior.scale * a.reduce((sum, x, k) => sum + x * b[k]!, 0)),
        );
        const got = averagedRisk(floats.problem, { kind: prior.kind, taskCovariance })(
          pack(floats.parameters),
          floats.shots,
        );
        expectClose(got, expected, {
          tolerance: 1e-12 * expected,
          reason: "relative rounding",
          input: { instance, prior: prior.kind, rank },
        });
      }),
      { numRuns: 25, seed: 62 },
    );
  });
});
