import { FLOAT, type Vector } from "@finetune-icl/core/algebra";
import { exactRisk } from "@finetune-icl/core/exact";
import {
  type AttentionParameters,
  parameterLayout,
  pointOf,
  reducedAt,
  type TrainableSet,
  trainablePositions,
} from "@finetune-icl/core/model";
import { keyQueryExcess, zeroShotFullFrom } from "@finetune-icl/core/theory";
import {
  fineTuningLoss,
  finitePrompts,
  freshPrompts,
  initialPoint,
  inOrder,
  type PromptSource,
  pretrainingLoss,
  RELEASED_EXAMPLES,
  RELEASED_MOTION,
  type StepLoss,
  sampledStageLoss,
  sourceOf,
  stageStream,
  type TrainingSettings,
  taskPrompts,
  withOnlyAt,
} from "@finetune-icl/core/train";
import { leastSquares } from "./leastSquares";
import { referenceRun } from "./referenceRun";
import { RELEASED_SIZE, settingsOf, targetTaskOf } from "./unit";
import { noiseDrift, type WatchedDescent, watchedDescent } from "./watchedDescent";

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
  readonly start: "exact" | "sampled" | "PyTorch";
  readonly data: "population" | "finite";
  readonly batch: "all" | "mini";
}

/** Those that one training seed is put under. */
export const CONDITIONS = [
  { start: "exact", data: "population", batch: "all" },
  { start: "sampled", data: "population", batch: "all" },
  { start: "sampled", data: "finite", batch: "all" },
  { start: "sampled", data: "population", batch: "mini" },
  { start: "sampled", data: "finite", batch: "mini" },
] as const satisfies readonly Condition[];

export const SEPARATED = { zs: "all", zs_v: "value", zs_kq: "key-query" } as const satisfies Readonly<
  Record<string, TrainableSet>
>;
export type SeparatedRegime = keyof typeof SEPARATED;
const REGIMES = Object.entries(SEPARATED) as readonly (readonly [SeparatedRegime, TrainableSet])[];
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
  /** atEnd as it follows from the steps taken, by an identity; null where the steps are not known. */
  readonly bySteps: number | null;
  /** atEnd as predicted from exact descent from the same start and the noise of the batches' gradients along its way. */
  readonly predicted: number;
}

export interface Separation {
  readonly runs: readonly SeparatedRun[];
  readonly conserved: readonly ConservedRun[];
}

/** The whole separation for one training seed. */
export function separate(seed: number, size: SeparationSize): Separation {
  const { exact, sampled } = settingsPair(seed, size);
  const { problem, pretraining } = exact;
  const layout = parameterLayout(exact.model);
  const target = targetTaskOf({ method: "exact", keyQuery: "merged", seed });
  const noiseOf = (descent: WatchedDescent, loss: StepLoss, source: PromptSource): number =>
    noiseDrift(descent, loss, { layout, source, seed, ...size, prompts: size.noisePrompts });

  const first = initialPoint(exact);
  const exactLoss = pretrainingLoss(exact);
  const pretrained = {
    exact: watchedDescent(exactLoss, first, size.steps),
    sampled: watchedDescent(pretrainingLoss(sampled), first, size.steps),
  };
  const prompts = freshPrompts(problem, pretraining.prior, pretraining.shots, "moments");
  const noise = noiseOf(pretrained.exact, exactLoss, prompts);
  const begun = excessOf(first);
  const conserved: ConservedRun[] = (["exact", "sampled"] as const).map((start) => ({
    stage: "pretraining",
    start,
    data: "population",
    batch: start === "exact" ? "all" : "mini",
    atStart: begun,
    atEnd: excessOf(pretrained[start].point),
    bySteps: begun + pretrained[start].drift,
    predicted: begun + pretrained.exact.drift + (start === "exact" ? 0 : noise),
  }));

  const runs: SeparatedRun[] = [];
  for (const [regime, trainable] of REGIMES) {
    const stage = stageOf(target, trainable, size);
    const population = fineTuningLoss(exact, stage);
    const known = new Map<Condition["start"], ExactDrift>();
    for (const condition of CONDITIONS) {
      const start = pretrained[condition.start].point;
      const descent = watchedDescent(lossOf(condition, seed, size, stage), start, size.steps);
      if (condition.data === "population" && condition.batch === "all") {
        const source = taskPrompts(problem, target, 0, "moments");
        const shaken = regime === "zs" ? noiseOf(descent, population, source) : 0;
        known.set(condition.start, { drift: descent.drift, noise: shaken });
      }
      const from = reducedAt(layout, start);
      const end = reducedAt(layout, descent.point);
      const task =
        condition.data === "finite" ? leastSquares(dataOf(exact, seed, target), layout.size) : target;
      const outcome = outcomeOf(exact, regime, condition, known.get(condition.start)!, {
        from,
        end,
        target,
        task,
      });
      runs.push(outcome.run);
      if (regime === "zs") {
        const bySteps = keyQueryExcess(from) + descent.drift;
        conserved.push({ stage: "zs", ...condition, ...outcome.conserved, bySteps });
      }
    }
  }
  return { runs, conserved };
}

/** The same questions to the PyTorch run: exact descent from its pretrained point, and where it ended itself. */
export function separateReference(size: SeparationSize): Separation {
  const seed = 0;
  const { exact } = settingsPair(seed, size);
  const layout = parameterLayout(exact.model);
  const { targetTask: target, stage: trained } = referenceRun();
  const from = trained("pretrained");
  const start = pointOf(layout, [[headOf(from)]]);
  const runs: SeparatedRun[] = [];
  const conserved: ConservedRun[] = [];
  for (const [regime, trainable] of REGIMES) {
    const loss = fineTuningLoss(exact, stageOf(target, trainable, size));
    const descent = watchedDescent(loss, start, size.steps);
    const source = taskPrompts(exact.problem, target, 0, "moments");
    const noise =
      regime === "zs"
        ? noiseDrift(descent, loss, { layout, source, seed, ...size, prompts: size.noisePrompts })
        : 0;
    const ends = [
      { data: "population", batch: "all", end: reducedAt(layout, descent.point) },
      { data: "finite", batch: "mini", end: trained(regime) },
    ] as const;
    for (const { end, ...way } of ends) {
      const condition: Condition = { start: "PyTorch", ...way };
      const parts = { from, end, target, task: target };
      const outcome = outcomeOf(exact, regime, condition, { drift: descent.drift, noise }, parts);
      runs.push(outcome.run);
      const bySteps = way.batch === "all" ? keyQueryExcess(from) + descent.drift : null;
      if (regime === "zs") conserved.push({ stage: "zs", ...condition, ...outcome.conserved, bySteps });
    }
  }
  return { runs, conserved };
}

/** Of exact descent on the population from some start. */
interface ExactDrift {
  readonly drift: number;
  /** What batches would add. */
  readonly noise: number;
}

/** The risks that a run ended with, and those predicted from its start. */
function outcomeOf(
  { problem }: TrainingSettings,
  regime: SeparatedRegime,
  condition: Condition,
  { drift, noise }: ExactDrift,
  {
    from,
    end,
    target,
    task,
  }: {
    readonly from: AttentionParameters;
    readonly end: AttentionParameters;
    readonly target: Vector;
    /** What the data themselves say of the target. */
    readonly task: Vector;
  },
): {
  readonly run: SeparatedRun;
  readonly conserved: Pick<ConservedRun, "atStart" | "atEnd" | "predicted">;
} {
  const moved = drift + (condition.batch === "mini" ? noise : 0);
  const predicted = regime === "zs" ? zeroShotFullFrom(problem, from, task, moved) : undefined;
  const errors = ([1, -1] as const).flatMap((sign) => {
    const tested = target.map((x) => sign * x);
    return SEPARATED_SHOTS.map((shots) => ({
      task: sign === 1 ? ("+theta0" as const) : ("-theta0" as const),
      shots,
      risk: exactRisk(FLOAT, problem, tested, shots, end),
      predicted: predicted === undefined ? null : exactRisk(FLOAT, problem, tested, shots, predicted),
    }));
  });
  const atStart = keyQueryExcess(from);
  return {
    run: { regime, ...condition, errors },
    conserved: { atStart, atEnd: keyQueryExcess(end), predicted: atStart + moved },
  };
}

const settingsPair = (
  seed: number,
  { steps, batchSize }: SeparationSize,
): Readonly<Record<"exact" | "sampled", TrainingSettings>> => {
  const settings = (method: "exact" | "sampled"): TrainingSettings =>
    settingsOf({ method, keyQuery: "merged", seed }, { ...RELEASED_SIZE, steps, batchSize });
  return { exact: settings("exact"), sampled: settings("sampled") };
};

const stageOf = (targetTask: Vector, trainable: TrainableSet, { steps }: SeparationSize) => ({
  targetTask,
  trainable,
  examples: RELEASED_EXAMPLES,
  motion: { ...RELEASED_MOTION, steps },
});

/** The finite data set of a seed. */
const dataOf = ({ problem }: TrainingSettings, seed: number, target: Vector): PromptSource =>
  finitePrompts(problem, target, 0, "moments", RELEASED_EXAMPLES, sourceOf(seed, "zeroShotData"));

function lossOf(
  { data, batch }: Condition,
  seed: number,
  size: SeparationSize,
  stage: ReturnType<typeof stageOf>,
): StepLoss {
  const { exact, sampled } = settingsPair(seed, size);
  if (data === "population" && batch === "all") return fineTuningLoss(exact, stage);
  if (data === "finite" && batch === "mini") return fineTuningLoss(sampled, stage);
  const layout = parameterLayout(exact.model);
  const [source, prompts] =
    data === "finite"
      ? [inOrder(dataOf(exact, seed, stage.targetTask), layout.size), RELEASED_EXAMPLES]
      : [taskPrompts(exact.problem, stage.targetTask, 0, "moments"), size.batchSize];
  const loss = sampledStageLoss(layout, source, prompts, seed, stageStream("freshBatches"));
  return withOnlyAt(loss, trainablePositions(layout, stage.trainable));
}

/** A head whose other value rows, which nothing sees, are zero. */
function headOf({ value, keyQuery }: AttentionParameters) {
  const last = value.length - 1;
  return {
    kind: "merged" as const,
    value: keyQuery.map((row, i) => (i === last ? value : row.map(() => 0))),
    keyQuery,
  };
}

/** ‖M‖² − ‖V‖² of everything; unseen entries never move. */
function excessOf(point: Float64Array): number {
  return point.reduce((sum, x, i) => sum + (2 * i < point.length ? -1 : 1) * x * x, 0);
}
