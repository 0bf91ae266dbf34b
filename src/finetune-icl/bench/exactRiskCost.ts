import { FastRisk, type PackedParameters, zeroParameters } from "@finetune-icl/core/exact";
import { tokenLength } from "@finetune-icl/core/model";
import { isotropicSetting } from "@finetune-icl/core/problem";
import { RandomSource } from "@finetune-icl/core/simulate";
import { type Benchmark, type Measurement, measurement, target } from "./benchmark";
import { cpuSeconds, inTurn, type Side } from "./timing";

/** Dimensions that the growth is fitted over: large enough for the cubic term to lead. */
const LARGE = [16, 32, 64];

/** Microseconds an exact risk at random dense parameters, or one with its gradient. */
function cost(dimension: number, withGradient: boolean, seconds: number): Side {
  const { problem } = isotropicSetting({ dimension, noiseVariance: 0.1, pretrainingShots: 20 });
  const engine = new FastRisk(problem);
  const random = new RandomSource(dimension);
  const task = Float64Array.from({ length: dimension }, () => random.normal());
  const parameters = randomParameters(dimension, random);
  const gradient = zeroParameters(tokenLength(dimension));
  const calls = Math.ceil(seconds / (1e-6 * (1 + dimension ** 3 / 100)));
  return () => {
    let sum = 0;
    const used = cpuSeconds(() => {
      for (let i = 0; i < calls; i += 1) {
        parameters.value[0] = i / calls;
        sum += withGradient
          ? engine.riskAndGradient(task, 20, parameters, gradient)
          : engine.risk(task, 20, parameters);
      }
    });
    if (!Number.isFinite(sum)) throw new Error("the exact risk is not finite");
    return (1e6 * used) / calls;
  };
}

function randomParameters(dimension: number, random: RandomSource): PackedParameters {
  const parameters = zeroParameters(tokenLength(dimension));
  random.normals(parameters.value, parameters.value.length);
  random.normals(parameters.keyQuery, parameters.keyQuery.length);
  return parameters;
}

/** The exponent p of cost ∝ dᵖ: the slope of log cost in log d by least squares. */
export function fittedExponent(dimensions: readonly number[], costs: readonly number[]): number {
  const x = dimensions.map(Math.log);
  const y = costs.map(Math.log);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const across = x.reduce((sum, value, k) => sum + (value - mx) * (y[k]! - my), 0);
  return across / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

/** What the engine under everything costs. */
export const exactRiskCost: Benchmark = {
  id: "exact-risk",
  title: "The exact risk of any parameters, and how its cost grows with d",
  run: async ({ repeats, effort }) => {
    const seconds = 0.1 * effort;
    const dimensions = [5, ...LARGE];
    const sides = [
      ...dimensions.map((d) => cost(d, false, seconds)),
      ...dimensions.map((d) => cost(d, true, seconds)),
    ];
    const costs = await inTurn(sides, repeats);
    const named = (k: number, what: string): Measurement =>
      measurement(`${what}, d = ${dimensions[k % dimensions.length]}`, "µs", costs[k]!);
    const risks = dimensions.map((_, k) => named(k, "risk"));
    const gradients = dimensions.map((_, k) => named(k + dimensions.length, "risk and gradient"));
    const exponent = (series: readonly Measurement[], what: string): Measurement =>
      measurement(
        `exponent of d, ${what}, d = ${LARGE.join(", ")}`,
        "",
        Array.from({ length: repeats }, (_, repeat) =>
          fittedExponent(
            LARGE,
            series.slice(1).map(({ values }) => values[repeat]!),
          ),
        ),
      );
    const [growth, gradientGrowth] = [exponent(risks, "risk"), exponent(gradients, "risk and gradient")];
    const cubic = "matrices of this size leave the cache";
    return {
      measurements: [...risks, growth, ...gradients, gradientGrowth],
      targets: [
        target(risks[0]!, "at most", 5, "about a thousand operations on single numbers"),
        target(growth, "at most", 3.2, cubic),
        target(gradientGrowth, "at most", 3.2, cubic),
      ],
    };
  },
};
