import { type Benchmark, type Measurement, measurement, target } from "./benchmark";
import { exactSide, type Work } from "./exactSides";
import { inTurn } from "./timing";

const DIMENSIONS = [5, 20, 64, 256, 1000];
/** Dimensions that the growth is fitted over: large enough for the leading term to lead. */
const LARGE = [64, 256, 1000];
const WORKS: readonly Work[] = ["risk", "risk and gradient", "risk of a prior and gradient"];

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
  title: "The exact risk of any parameters, Σ diagonal, and how its cost grows with d",
  run: async ({ repeats, effort }) => {
    const sides = WORKS.flatMap((work) =>
      DIMENSIONS.map((d) => exactSide(d, "diagonal", work, 0.1 * effort)),
    );
    const costs = await inTurn(sides, repeats);
    const measurements: Measurement[] = [];
    const targets = [];
    for (const [k, work] of WORKS.entries()) {
      const series = DIMENSIONS.map((d, i) =>
        measurement(`${work}, d = ${d}`, "µs", costs[k * DIMENSIONS.length + i]!),
      );
      const growth = measurement(
        `exponent of d, ${work}, d = ${LARGE.join(", ")}`,
        "",
        Array.from({ length: repeats }, (_, repeat) =>
          fittedExponent(
            LARGE,
            LARGE.map((d) => series[DIMENSIONS.indexOf(d)]!.values[repeat]!),
          ),
        ),
      );
      measurements.push(...series, growth);
      if (work === "risk")
        targets.push(target(series[0]!, "at most", 5, "about a thousand operations on single numbers"));
      targets.push(target(growth, "at most", 2.3, "matrices of a thousand covariates leave the cache"));
    }
    return { measurements, targets };
  },
};
