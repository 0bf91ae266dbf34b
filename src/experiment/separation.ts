import { Matrix as DenseMatrix, solve } from "ml-matrix";
import type { Vector } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { exactRisk } from "../exact/exactRisk";
import type { AttentionParameters } from "../model/attentionParameters";
import { parameterLayout, reducedAt, type TrainableSet, trainablePositions } from "../model/parameterLayout";
import { RandomSource } from "../simulate/randomSource";
import { keyQueryExcess, zeroShotFullFrom } from "../theory/zeroShotFullFrom";
import { ConservedDrift } from "../train/conservedDrift";
import type { StepLoss } from "../train/descent";
import { gradientNoise } from "../train/gradientNoise";
import { clipJointly } from "../train/optimiser";
import { finitePrompts, freshPrompts, inOrder, type PromptSource, taskPrompts } from "../train/promptSource";
import { RELEASED_EXAMPLES, RELEASED_MOTION } from "../train/releasedSettings";
import { runStage } from "../train/runStage";
import { sampledStageLoss } from "../train/sampledStage";
import {
  fineTuningLoss,
  initialPoint,
  pretrainingLoss,
  sourceOf,
  streamOf,
  withOnlyAt,
} from "../train/stage";
import { RELEASED_SIZE, settingsOf, targetTaskOf } from "./unit";

/**
 * Why sampled training ends elsewhere than exact descent: the two differ in where fine-tuning starts, in whether the data
 * set is finite, and in whether a step sees all of it or a batch. Each is switched on alone. Merged key and query, zero-shot
 * loss, everything else as released.
 */
export interface SeparationSize {
  readonly steps: number;
  readonly batchSize: number;
  /** Prompts for an estimate of the gradient noise at one point. */
  readonly noisePrompts: number;
}

export interface Condition {
  /** Which pretraining fine-tuning starts from. */
  readonly start: "exact" | "sampled";
  readonly data: "population" | "finite";
  readonly batch: "all" | "mini";
}

export const CONDITIONS: readonly Condition[] = [
  { start: "exact", data: "population", batch: "all" },
  { start: "sampled", data: "population", batch: "all" },
  { start: "sampled", data: "finite", batch: "all" },
  { start: "sampled", data: "population", batch: "mini" },
  { start: "sampled", data: "finite", batch: "mini" },
];

export const SEPARATED = { zs: "all", zs_v: "value", zs_kq: "key-query" } as const satisfies Readonly<
  Record<string, TrainableSet>
>;
export type SeparatedRegime = keyof typeof SEPARATED;
export const SEPARATED_SHOTS = [0, 1, 2, 3, 5, 10, 20] as const;

export interface SeparatedError {
  readonly task: "+theta0" | "-theta0";
  readonly shots: number;
  readonly risk: number;
  /** By the conserved quantity; null but for full fine-tuning. */
  readonly predicted: number | null;
}

export interface SeparatedRun extends Condition {
  readonly regime: SeparatedRegime;
  readonly errors: readonly SeparatedError[];
}

/** ‖M‖² − ‖v‖² through one stage. */
export interface ConservedRun extends Condition {
  readonly stage: "pretraining" | "zs";
  readonly atStart: number;
  readonly atEnd: number;
  /** atEnd as it follows from the steps taken, by the identity of {@link ConservedDrift}. */
  readonly bySteps: number;
  /** atEnd as predicted from exact descent from the same start and the noise of the batches' gradients along its way. */
  readonly predicted: number;
}

export interface Separation {
  readonly runs: readonly SeparatedRun[];
  readonly conserved: readonly ConservedRun[];
}

interface Path {
  readonly point: Float64Array;
  /** Of the conserved quantity. */
  readonly drift: number;
  /** Copies of the point on the way. */
  readonly stations: readonly { readonly step: number; readonly point: Float64Array }[];
}

/** The whole separation for one training seed. */
export function separate(seed: number, size: SeparationSize): Separation {
  const run = { keyQuery: "merged", seed } as const;
  const experiment = { ...RELEASED_SIZE, steps: size.steps, batchSize: size.batchSize };
  const exact = settingsOf({ ...run, method: "exact" }, experiment);
  const sampled = settingsOf({ ...run, method: "sampled" }, experiment);
  const { problem, pretraining } = exact;
  const layout = parameterLayout(exact.model);
  const motion = { ...RELEASED_MOTION, steps: size.steps };
  const target = targetTaskOf({ ...run, method: "exact" });
  const data = (): PromptSource =>
    finitePrompts(problem, target, 0, "moments", RELEASED_EXAMPLES, sourceOf(seed, "zeroShotData"));
  const descend = (loss: StepLoss, start: Float64Array): Path => walk(loss, start, size.steps);
  const noise = (path: Path, loss: StepLoss, source: PromptSource): number =>
    noiseDrift(path, loss, size, (point, step) =>
      gradientNoise(layout, source, point, size.noisePrompts, noiseSource(seed, step)),
    );

  const first = initialPoint(exact);
  const exactLoss = pretrainingLoss(exact);
  const pretrained = {
    exact: descend(exactLoss, first),
    sampled: descend(pretrainingLoss(sampled), first),
  };
  const prompts = freshPrompts(problem, pretraining.prior, pretraining.shots, "moments");
  const pretrainingNoise = noise(pretrained.exact, exactLoss, prompts);
  const half = layout.length / 2;
  const begun = excessOf(first, half);
  const conserved: ConservedRun[] = (["exact", "sampled"] as const).map((start) => ({
    stage: "pretraining",
    start,
    data: "population",
    batch: start === "exact" ? "all" : "mini",
    atStart: begun,
    atEnd: excessOf(pretrained[start].point, half),
    bySteps: begun + pretrained[start].drift,
    predicted: begun + pretrained.exact.drift + (start === "exact" ? 0 : pretrainingNoise),
  }));

  const runs: SeparatedRun[] = [];
  for (const [regime, trainable] of Object.entries(SEPARATED) as [SeparatedRegime, TrainableSet][]) {
    const positions = trainablePositions(layout, trainable);
    const stage = { targetTask: target, trainable, examples: RELEASED_EXAMPLES, motion };
    const population = fineTuningLoss(exact, stage);
    const sampledLoss = (source: PromptSource, batch: number): StepLoss =>
      withOnlyAt(sampledStageLoss(layout, source, batch, seed, streamOf("freshBatches")), positions);
    const lossOf = ({ data: kind, batch }: Condition): StepLoss => {
      if (kind === "population")
        return batch === "all"
          ? population
          : sampledLoss(taskPrompts(problem, target, 0, "moments"), size.batchSize);
      return batch === "all"
        ? sampledLoss(inOrder(data(), layout.size), RELEASED_EXAMPLES)
        : fineTuningLoss(sampled, stage);
    };
    const plain = new Map<Condition["start"], { readonly drift: number; readonly noise: number }>();
    for (const condition of CONDITIONS) {
      const start = pretrained[condition.start].point;
      const path = descend(lossOf(condition), start);
      if (condition.data === "population" && condition.batch === "all") {
        const shaken =
          regime === "zs" ? noise(path, population, taskPrompts(problem, target, 0, "moments")) : 0;
        plain.set(condition.start, { drift: path.drift, noise: shaken });
      }
      const known = plain.get(condition.start)!;
      const drift = known.drift + (condition.batch === "mini" ? known.noise : 0);
      const from = reducedAt(layout, start);
      const task = condition.data === "finite" ? leastSquares(data(), layout.size) : target;
      const predicted = regime === "zs" ? zeroShotFullFrom(problem, from, task, drift) : undefined;
      const risk = (parameters: AttentionParameters, sign: 1 | -1, shots: number): number =>
        exactRisk(
          FLOAT,
          problem,
          target.map((x) => sign * x),
          shots,
          parameters,
        );
      const end = reducedAt(layout, path.point);
      runs.push({
        regime,
        ...condition,
        errors: ([1, -1] as const).flatMap((sign) =>
          SEPARATED_SHOTS.map((shots) => ({
            task: sign === 1 ? ("+theta0" as const) : ("-theta0" as const),
            shots,
            risk: risk(end, sign, shots),
            predicted: predicted === undefined ? null : risk(predicted, sign, shots),
          })),
        ),
      });
      if (regime === "zs") {
        const atStart = keyQueryExcess(from);
        conserved.push({
          stage: "zs",
          ...condition,
          atStart,
          atEnd: keyQueryExcess(end),
          bySteps: atStart + path.drift,
          predicted: atStart + drift,
        });
      }
    }
  }
  return { runs, conserved };
}

/** Descends, and keeps the drift of the conserved quantity and some points on the way. */
function walk(loss: StepLoss, start: Float64Array, steps: number): Path {
  const stops = new Set(stationSteps(steps));
  const drift = new ConservedDrift(start.length / 2, RELEASED_MOTION.optimiser.momentum);
  const stations: { step: number; point: Float64Array }[] = [];
  const { point } = runStage(
    loss,
    start,
    { ...RELEASED_MOTION, steps },
    {
      schedule: { every: 1 },
      see: (moment) => {
        drift.see(moment);
        if (stops.has(moment.at)) stations.push({ step: moment.at, point: Float64Array.from(moment.point) });
      },
    },
  );
  return { point, drift: drift.drift, stations };
}

/** Every 5 steps while training is fast, then every 100, and the last. */
const stationSteps = (steps: number): readonly number[] => [
  ...Array.from({ length: steps }, (_, step) => step).filter((step) => step % (step < 500 ? 5 : 100) === 0),
  steps,
];

/**
 * What the noise of batches adds to the conserved quantity along an exact path: with momentum β a noise of covariance C in each
 * gradient moves the parameters as a random walk of covariance (η/(1−β))² C a step does, and E counts its two traces with
 * opposite signs. A clipped gradient has its noise scaled down with it. The sum over steps is a trapezoid rule over stations.
 */
function noiseDrift(
  { stations }: Path,
  loss: StepLoss,
  { batchSize }: SeparationSize,
  noiseAt: (point: Float64Array, step: number) => ReturnType<typeof gradientNoise>,
): number {
  const { learningRate, momentum } = RELEASED_MOTION.optimiser;
  const rates = stations.map(({ step, point }) => {
    const { value, keyQuery } = noiseAt(point, step);
    const gradient = new Float64Array(point.length);
    loss(point, gradient, 0);
    const scale = Math.min(1, RELEASED_MOTION.clipNorm / clipJointly(gradient, RELEASED_MOTION.clipNorm));
    return ((learningRate / (1 - momentum)) ** 2 * scale ** 2 * (keyQuery - value)) / batchSize;
  });
  return stations
    .slice(1)
    .reduce((sum, { step }, k) => sum + ((step - stations[k]!.step) * (rates[k]! + rates[k + 1]!)) / 2, 0);
}

const noiseSource = (seed: number, step: number): RandomSource =>
  new RandomSource(seed, streamOf("gradientNoise")(step));

/** ‖M‖² − ‖V‖² of everything; unseen entries never move. */
function excessOf(point: Float64Array, half: number): number {
  return point.reduce((sum, x, i) => sum + (i < half ? -1 : 1) * x * x, 0);
}

/** The task that fits the queries of zero-shot prompts best. */
function leastSquares({ data, rows }: PromptSource, size: number): Vector {
  const stride = (rows + 1) * size + 1;
  const d = size - 2;
  const square = DenseMatrix.zeros(d, d);
  const right = DenseMatrix.zeros(d, 1);
  for (let at = 0; at < data.length; at += stride) {
    const x = data.subarray(at + 1, at + 1 + d);
    for (let i = 0; i < d; i += 1) {
      right.set(i, 0, right.get(i, 0) + x[i]! * data[at + stride - 1]!);
      for (let j = 0; j < d; j += 1) square.set(i, j, square.get(i, j) + x[i]! * x[j]!);
    }
  }
  return solve(square, right).to1DArray();
}
