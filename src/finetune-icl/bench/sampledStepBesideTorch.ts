import { type Benchmark, measurement, NO_TORCH, ratio, target } from "./benchmark";
import { nameOf, STEP_KINDS, sampledStep } from "./sampledSteps";
import { inTurn, type Side } from "./timing";
import type { TorchRequest } from "./torch";

/** The same step by both programs: batch 5000, n = 20, d = 5. */
export const sampledStepBesideTorch: Benchmark = {
  id: "sampled-step",
  title: "A sampled step beside PyTorch's: batch 5000, 20 shots, d = 5, one thread",
  run: async ({ repeats, effort }, { torch }) => {
    const measurements = [];
    const targets = [];
    for (const kind of STEP_KINDS) {
      const name = nameOf(kind);
      const ours = sampledStep(kind, 20, Math.ceil(100 * effort));
      const theirs =
        (update: NonNullable<TorchRequest["update"]>): Side =>
        () =>
          torch!.secondsPerStep({ ...kind, update, steps: Math.ceil(10 * effort) });
      const sides = torch === undefined ? [ours] : [ours, theirs("all"), theirs("query")];
      const [a, b, c] = (await inTurn(sides, repeats)).map((costs) => costs.map((x) => 1000 * x));
      const step = measurement(`${name}: this package`, "ms", a!);
      measurements.push(step);
      if (b === undefined || c === undefined) continue;
      const all = measurement(`${name}: PyTorch`, "ms", b);
      const query = measurement(`${name}: PyTorch, updating the query token alone`, "ms", c);
      const faster = ratio(`${name}: PyTorch / this package`, all, step);
      const beside = ratio(`${name}: PyTorch, updating the query token alone / this package`, query, step);
      measurements.push(all, query, faster, beside);
      const bound =
        "half of a step here is drawing random numbers, the other half arithmetic on single numbers";
      for (const each of [faster, beside]) targets.push(target(each, "at least", 10, bound));
    }
    return { measurements, targets, ...(torch === undefined ? { skipped: NO_TORCH } : {}) };
  },
};
