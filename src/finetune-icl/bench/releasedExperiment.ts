import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Benchmark, measurement, NO_TORCH, ratio, target } from "./benchmark";
import { inTurn, type Side } from "./timing";
import type { Torch, TorchRequest } from "./torch";
import { usageOf } from "./usage";

const STEPS = 5000;

/** Every stage of the released experiment: pretraining, and {ZS, ZS+FS} × {all, Q, K, V}. */
const STAGES: readonly Omit<TorchRequest, "steps">[] = [
  { stage: "pretraining", keyQuery: "separate" },
  ...(["zero-shot", "auxiliary"] as const).flatMap((stage) =>
    (["all", "query", "key", "value"] as const).map((trainable) => ({
      stage,
      keyQuery: "separate" as const,
      trainable,
    })),
  ),
];

/** What PyTorch would take for all stages: a few steps of each, times 5000. */
async function extrapolated(torch: Torch, steps: number): Promise<number> {
  let seconds = 0;
  for (const stage of STAGES) seconds += STEPS * (await torch.secondsPerStep({ ...stage, steps }));
  return seconds;
}

/**
 * The command as a user types it, from the start of the process to the table of errors, on one worker. It trains two
 * regimes (key and query together) more than PyTorch is charged for.
 */
export const releasedExperiment: Benchmark = {
  id: "released-experiment",
  title: "The whole released experiment by exact gradients, one core",
  run: async ({ repeats, effort }, { torch }) => {
    const steps = Math.ceil(STEPS * effort);
    const ours: Side = async () => {
      const out = mkdtempSync(join(tmpdir(), "bench-"));
      try {
        const options = ["--method", "exact", "--key-query", "separate", "--test-prompts", "100"];
        return (
          await usageOf(["experiment", ...options, "--steps", String(steps), "--jobs", "1", "--out", out])
        ).seconds;
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    };
    const sides = torch === undefined ? [ours] : [ours, () => extrapolated(torch, Math.ceil(5 * effort))];
    const [a, b] = await inTurn(sides, repeats, false);
    const exact = measurement("this package, exact gradients", "s", a!);
    const short = target(
      exact,
      "at most",
      5,
      "starting Node and a worker, and compiling, come before the first step",
    );
    if (b === undefined) return { measurements: [exact], targets: [short], skipped: NO_TORCH };
    const theirs = measurement("PyTorch, 9 stages of 5000 steps extrapolated from 5 steps each", "s", b);
    const faster = ratio("PyTorch / this package", theirs, exact);
    return {
      measurements: [exact, theirs, faster],
      targets: [
        short,
        target(
          faster,
          "at least",
          500,
          "starting Node and a worker, and compiling, come before the first step",
        ),
      ],
    };
  },
};
