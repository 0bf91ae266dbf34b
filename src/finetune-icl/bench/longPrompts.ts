import { type Benchmark, measurement, ratio, target } from "./benchmark";
import { nameOf, STEP_KINDS, sampledStep } from "./sampledSteps";
import { inTurn } from "./timing";

/** Does a step cost more when prompts are a thousand times longer? */
export const longPrompts: Benchmark = {
  id: "long-prompts",
  title: "A sampled step at 20,000 shots over one at 20: batch 5000, d = 5",
  run: async ({ repeats, effort }) => {
    const measurements = [];
    const targets = [];
    for (const kind of STEP_KINDS) {
      const steps = Math.ceil(100 * effort);
      const sides = [20, 20_000].map((shots) => sampledStep(kind, shots, steps));
      const [short, long] = (await inTurn(sides, repeats)).map((costs, k) =>
        measurement(
          `${nameOf(kind)}: ${k === 0 ? "20" : "20,000"} shots`,
          "ms",
          costs.map((x) => 1000 * x),
        ),
      );
      const growth = ratio(`${nameOf(kind)}: 20,000 shots / 20 shots`, long!, short!);
      measurements.push(short!, long!, growth);
      targets.push(
        target(
          growth,
          "at most",
          1.2,
          "the same numbers are drawn whatever the length: nothing but noise of the machine",
        ),
      );
    }
    return { measurements, targets };
  },
};
