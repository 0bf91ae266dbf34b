import { FLOAT } from "@finetune-icl/core/algebra";
import { streamOf } from "@finetune-icl/core/evidence";
import {
  FastRisk,
  gaussianNoise,
  linearTaskMoments,
  MomentRisk,
  pack,
  sampleMoments,
} from "@finetune-icl/core/exact";
import { FIRST_COVARIATE_SLOT } from "@finetune-icl/core/model";
import { measureRisks, RandomSource, RowSampler } from "@finetune-icl/core/simulate";
import { FITTED_REGIMES, type FittedRegime } from "../fittedRegimes";
import { labelBlock, type Split, splitTable } from "./design";
import { fitTask, fittedProblem, syntheticPretraining, theoryFits, trainedFits } from "./fit";
import { loadRealTable } from "./realTable";

/** One target column of one table. */
export interface UnitInput {
  readonly table: string;
  readonly target: string;
  readonly splits: number;
  readonly prompts: number;
  readonly steps: number;
  readonly seed: number;
}

/** One error on one split, and what was predicted of it. */
export interface ErrorRow {
  readonly regime: FittedRegime;
  readonly label: string;
  readonly shots: number;
  /** Mean squared error of the trained model on prompts of held-out rows. */
  readonly measured: number;
  /** The same for the parameters that the theory names. */
  readonly measuredTheory: number;
  /** The Gaussian theory from θ, θ₀ and the residual variances alone. */
  readonly gaussian: number;
  /** Exact risk of the trained model from the moments of the training covariates, the label still linear with Gaussian noise. */
  readonly moments: number;
  /** Exact risk of the trained model on prompts of training rows: nothing is assumed but that held-out rows are like them. */
  readonly rows: number;
}

export interface SplitResult {
  readonly dimension: number;
  /** Share of the variance of each label that its linear task explains on the training rows. */
  readonly explained: Readonly<Record<string, number>>;
  /** ⟨θ₀, θ⟩/|θ|²: a task gains from the auxiliary loss in theory where it is above ½. */
  readonly alignment: Readonly<Record<string, number>>;
  /** E |x|⁴/(d(d+2)) on the training rows: 1 for Gaussian covariates. */
  readonly fourth: number;
  /** E |x|⁶/(d(d+2)(d+4)). */
  readonly sixth: number;
  readonly errors: readonly ErrorRow[];
}

export interface UnitResult {
  readonly labels: readonly string[];
  readonly rows: number;
  readonly splits: readonly SplitResult[];
}

export const REAL_SHOTS = [0, 1, 5, 20] as const;

/** Fits, trains and tests on every split. */
export function runUnit(input: UnitInput): UnitResult {
  const table = loadRealTable(input.table);
  const block = labelBlock(table.columns, input.target);
  return {
    labels: block.labels,
    rows: table.rows.length,
    splits: Array.from({ length: input.splits }, (_, repetition) =>
      runSplit(input, block.labels, splitTable(table, block, { seed: input.seed, repetition }), repetition),
    ),
  };
}

function runSplit(
  { table, target, prompts, steps, seed }: UnitInput,
  labels: readonly string[],
  { training, heldOut, dimension }: Split,
  repetition: number,
): SplitResult {
  const tasks = Object.fromEntries(labels.map((label) => [label, fitTask(training, label)]));
  const goal = tasks[target]!;
  const synthetic = syntheticPretraining(dimension, Object.values(tasks));
  const theory = theoryFits(synthetic, goal);
  const trained = trainedFits(synthetic, training.covariates, training.labels[target]!, steps);
  const models = FITTED_REGIMES.flatMap((regime) => [trained[regime], theory[regime]]);
  const covariatesOnly = sampleMoments(
    training.covariates,
    training.covariates.map(() => 0),
  );

  const errors = labels.flatMap((label) => {
    const { task, noiseVariance } = tasks[label]!;
    const gaussian = new FastRisk(fittedProblem(dimension, noiseVariance));
    const linear = linearTaskMoments(
      FLOAT,
      (indices) => covariatesOnly(indices.map((i) => i + FIRST_COVARIATE_SLOT)),
      task,
      gaussianNoise(FLOAT, noiseVariance),
    );
    const byMoments = new MomentRisk(dimension, linear);
    const byRows = new MomentRisk(dimension, sampleMoments(training.covariates, training.labels[label]!));
    const measured = REAL_SHOTS.map((shots) => {
      const random = new RandomSource(seed, streamOf("real-data", table, target, repetition, label, shots));
      const source = new RowSampler(heldOut.covariates, heldOut.labels[label]!, random);
      return measureRisks(source, shots, models, prompts);
    });
    return FITTED_REGIMES.flatMap((regime, m) => {
      const moments = byMoments.curve(trained[regime]);
      const rows = byRows.curve(trained[regime]);
      const packed = pack(theory[regime]);
      return REAL_SHOTS.map(
        (shots, s): ErrorRow => ({
          regime,
          label,
          shots,
          measured: measured[s]![2 * m]!.mean,
          measuredTheory: measured[s]![2 * m + 1]!.mean,
          gaussian: gaussian.risk(Float64Array.from(task), shots, packed),
          moments: moments(shots),
          rows: rows(shots),
        }),
      );
    });
  });

  const inner = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const power = (k: number): number =>
    training.covariates.reduce((sum, row) => sum + inner(row, row) ** k, 0) / training.covariates.length;
  const d = dimension;
  const by = (of: (label: string) => number) => Object.fromEntries(labels.map((label) => [label, of(label)]));
  return {
    dimension,
    explained: by((label) => inner(tasks[label]!.task, tasks[label]!.task)),
    alignment: by((label) => {
      const { task } = tasks[label]!;
      return inner(goal.task, task) / inner(task, task);
    }),
    fourth: power(2) / (d * (d + 2)),
    sixth: power(3) / (d * (d + 2) * (d + 4)),
    errors,
  };
}
