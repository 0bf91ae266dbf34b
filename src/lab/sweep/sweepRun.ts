import { parameterLayout } from "@finetune-icl/core/model";
import {
  DivergenceError,
  randomTargetTask,
  readTrainingSettings,
  TrainingRun,
} from "@finetune-icl/core/train";
import { exactError, measureError } from "../experiment/evaluation";
import type { Grid, GridPoint } from "./grid";

/** What a worker is given. */
export interface SweepTask {
  readonly point: GridPoint;
  /** At which numbers of shots it is tested, and how. */
  readonly tested: Pick<Grid, "shots" | "test">;
}

/** One row of a study's results. */
export type SweepRow = TrainedRow | DivergedRow;

/** A run whose loss left the finite numbers: so it does whenever it is repeated. */
export interface DivergedRow {
  readonly index: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly diverged: string;
}

/** A run that was trained and tested. */
export interface TrainedRow {
  readonly index: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly pretrainingLoss: number;
  /** Where there was fine-tuning. */
  readonly fineTuningLoss?: number;
  readonly errors: readonly {
    readonly task: "+theta0" | "-theta0";
    readonly shots: number;
    /** The exact risk, where there is one: not for several heads or layers. */
    readonly exact?: number;
    readonly measured: number;
    readonly standardError: number;
  }[];
}

/** Trains one run of a study and tests it on the target task and its opposite; a run that diverges is a result, too. */
export function runGridPoint(point: GridPoint, tested: SweepTask["tested"]): SweepRow {
  try {
    return trainAndTest(point, tested);
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    return { index: point.index, values: point.values, diverged: error.message };
  }
}

function trainAndTest({ index, values, input }: GridPoint, { shots, test }: SweepTask["tested"]): TrainedRow {
  const settings = readTrainingSettings(input);
  const { pretraining, fineTuning } = new TrainingRun(settings).finish();
  const { point } = fineTuning ?? pretraining!;
  const layout = parameterLayout(settings.model);
  const target =
    settings.fineTuning?.targetTask ?? randomTargetTask(settings.seed, settings.problem.dimension);
  const errors = ([1, -1] as const).flatMap((sign) =>
    shots.map((n) => {
      const task = target.map((x) => sign * x);
      const stream = 2 ** 40 + 2 * n + (sign === 1 ? 0 : 1);
      const { mean, standardError } = measureError(
        layout,
        settings.problem,
        point,
        { task, shots: n, stream },
        test,
      );
      const exact = exactError(layout, settings.problem, point, task, n);
      return {
        task: sign === 1 ? ("+theta0" as const) : ("-theta0" as const),
        shots: n,
        ...(Number.isNaN(exact) ? {} : { exact }),
        measured: mean,
        standardError,
      };
    }),
  );
  return {
    index,
    values,
    pretrainingLoss: pretraining!.loss,
    ...(fineTuning === undefined ? {} : { fineTuningLoss: fineTuning.loss }),
    errors,
  };
}
