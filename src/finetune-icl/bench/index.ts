import type { Benchmark } from "./benchmark";
import { exactAndSampled } from "./exactAndSampled";
import { exactBesideArrays } from "./exactBesideArrays";
import { exactRiskCost } from "./exactRiskCost";
import { kernelSpeed } from "./kernelSpeed";
import { longPrompts } from "./longPrompts";
import { memory } from "./memory";
import { releasedExperiment } from "./releasedExperiment";
import { sampledStepBesideTorch } from "./sampledStepBesideTorch";

/** All benchmarks, in the order they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  sampledStepBesideTorch,
  longPrompts,
  releasedExperiment,
  exactRiskCost,
  exactBesideArrays,
  exactAndSampled,
  memory,
  kernelSpeed,
];
