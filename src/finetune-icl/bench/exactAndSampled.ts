import {
  descend,
  initialPoint,
  pretrainingLoss,
  RELEASED_MOTION,
  readTrainingSettings,
  startDescent,
} from "@finetune-icl/core/train";
import { type Benchmark, measurement, ratio, target } from "./benchmark";
import { cpuSeconds, inTurn } from "./timing";

/** Enough for sampled training to settle: what is left is the noise of its batches. */
const STEPS = 2000;
/** Exact descent goes on by so many steps at a time until it is as near. */
const CHUNK = 50;

/**
 * Pretraining as released (d = 5, batch 5000), by sampled prompts and by exact gradients, each a descent of its own; exact
 * descent stops as soon as its risk, averaged over the prior, is no larger than the one that sampled training ended with.
 */
export const exactAndSampled: Benchmark = {
  id: "exact-and-sampled",
  title: "Exact pretraining beside sampled pretraining, to the same final risk",
  run: async ({ repeats, effort }) => {
    const steps = Math.ceil(STEPS * effort);
    const [exact, sampled] = ["exact", "sampled"].map((method) =>
      readTrainingSettings({ method, model: { keyQuery: "merged" } }),
    ) as [ReturnType<typeof readTrainingSettings>, ReturnType<typeof readTrainingSettings>];
    const risk = pretrainingLoss(exact);
    const motion = { ...RELEASED_MOTION, steps: Number.MAX_SAFE_INTEGER };
    const riskAt = (point: Float64Array): number => risk(point, new Float64Array(point.length), 0);
    let reached = Number.POSITIVE_INFINITY;
    const bySampling = (): number => {
      const loss = pretrainingLoss(sampled);
      const descent = startDescent(initialPoint(sampled), motion);
      const seconds = cpuSeconds(() => descend(descent, loss, motion, steps));
      reached = riskAt(descent.point);
      return seconds;
    };
    bySampling();
    const exactly = (): number => {
      const descent = startDescent(initialPoint(exact), motion);
      return cpuSeconds(() => {
        while (riskAt(descent.point) > reached && descent.step < 10 * STEPS)
          descend(descent, risk, motion, descent.step + CHUNK);
      });
    };
    const [a, b] = await inTurn([exactly, bySampling], repeats);
    const fast = measurement("exact gradients", "s", a!);
    const slow = measurement(`sampled prompts, ${steps} steps of 5000`, "s", b!);
    const faster = ratio("sampled / exact", slow, fast);
    return {
      measurements: [fast, slow, faster],
      targets: [target(faster, "at least", 100, "a step of either is short beside compiling the code")],
    };
  },
};
