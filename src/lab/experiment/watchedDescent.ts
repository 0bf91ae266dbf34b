import type { ParameterLayout } from "@finetune-icl/core/model";
import { RandomSource } from "@finetune-icl/core/simulate";
import {
  ConservedDrift,
  clipJointly,
  gradientNoise,
  type PromptSource,
  RELEASED_MOTION,
  runStage,
  type StepLoss,
  stageStream,
} from "@finetune-icl/core/train";

/** A descent with the released settings, and what was seen on its way. */
export interface WatchedDescent {
  readonly point: Float64Array;
  /** How far it carried ‖M‖² − ‖v‖². */
  readonly drift: number;
  /** Copies of the point on the way. */
  readonly stations: readonly { readonly step: number; readonly point: Float64Array }[];
}

/** Descends, and keeps the drift of the conserved quantity and some points on the way. */
export function watchedDescent(loss: StepLoss, start: Float64Array, steps: number): WatchedDescent {
  const stops = new Set(stationSteps(steps));
  const drift = new ConservedDrift(start.length / 2, RELEASED_MOTION.optimiser.momentum);
  const stations: { step: number; point: Float64Array }[] = [];
  const motion = { ...RELEASED_MOTION, steps };
  const { point } = runStage(loss, start, motion, {
    schedule: { every: 1 },
    see: (moment) => {
      drift.see(moment);
      if (stops.has(moment.at)) stations.push({ step: moment.at, point: Float64Array.from(moment.point) });
    },
  });
  return { point, drift: drift.drift, stations };
}

/** Every 5 steps while training is fast, then every 100, and the last. */
const stationSteps = (steps: number): readonly number[] => [
  ...Array.from({ length: steps }, (_, step) => step).filter((step) => step % (step < 500 ? 5 : 100) === 0),
  steps,
];

/** How gradient noise is estimated. */
export interface NoiseSettings {
  readonly layout: ParameterLayout;
  /** Of the prompts in a batch. */
  readonly source: PromptSource;
  readonly batchSize: number;
  /** For an estimate at one point. */
  readonly prompts: number;
  readonly seed: number;
}

/**
 * What the noise of batches adds to the conserved quantity along an exact path: with momentum β a noise of covariance C in each
 * gradient moves the parameters as a random walk of covariance (η/(1−β))² C a step does, and ‖M‖² − ‖v‖² counts its two traces
 * with opposite signs. A clipped gradient has its noise scaled down with it. The sum over steps is a trapezoid rule.
 */
export function noiseDrift(
  { stations }: WatchedDescent,
  loss: StepLoss,
  { layout, source, batchSize, prompts, seed }: NoiseSettings,
): number {
  const { learningRate, momentum } = RELEASED_MOTION.optimiser;
  const gradient = new Float64Array(layout.length);
  const rates = stations.map(({ step, point }) => {
    const random = new RandomSource(seed, stageStream("gradientNoise")(step));
    const { value, keyQuery } = gradientNoise(layout, source, point, prompts, random);
    loss(point, gradient, 0);
    const scale = Math.min(1, RELEASED_MOTION.clipNorm / clipJointly(gradient, RELEASED_MOTION.clipNorm));
    return ((learningRate / (1 - momentum)) ** 2 * scale ** 2 * (keyQuery - value)) / batchSize;
  });
  return stations
    .slice(1)
    .reduce((sum, { step }, k) => sum + ((step - stations[k]!.step) * (rates[k]! + rates[k + 1]!)) / 2, 0);
}
