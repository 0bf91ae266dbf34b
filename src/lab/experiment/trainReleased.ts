import { InputError } from "@finetune-icl/base";
import type { Vector } from "@finetune-icl/core/algebra";
import { type AttentionParameters, parameterLayout, reducedAt } from "@finetune-icl/core/model";
import { type Recorded, recorder, type Schedule } from "@finetune-icl/core/train";
import { experimentRegimes, PRETRAINED } from "./regimes";
import {
  type ExperimentRun,
  type ExperimentSize,
  RELEASED_SIZE,
  runUnit,
  targetTaskOf,
  type UnitResult,
} from "./unit";

/** What may differ from the released experiment; all of it may be left out. */
export interface ReleasedOptions<Value> extends Partial<ExperimentRun>, Partial<ExperimentSize> {
  /** Names as in data/reference; all unless told. Pretraining is always done. */
  readonly regimes?: readonly string[];
  /** Any function of the parameters, kept on the way through every stage. */
  readonly record?: {
    readonly schedule: Schedule;
    readonly measure: (parameters: AttentionParameters) => Value;
  };
}

/** A stage of the released experiment, trained and tested. */
export interface TrainedStage<Value> extends UnitResult {
  /** v and M, which the prediction depends on. */
  readonly parameters: AttentionParameters;
  /** What `record` asked for; empty without. */
  readonly records: readonly Recorded<Value>[];
}

/**
 * The released experiment from one seed, in this thread: pretraining, and each regime from its end. By exact gradients a
 * stage takes about a second; sampled ones take about half a minute as released, so ask for fewer steps or a smaller batch.
 * Exact, with K and Q apart, seed 0 unless told.
 * @throws InputError for a regime that the experiment has not.
 * @example
 * const { stages } = trainReleased({ steps: 5, regimes: ["zs", "zs_v"], largestShots: 1 });
 * console.log([...stages.keys()]); // [ 'pretrained', 'zs', 'zs_v' ]
 */
export function trainReleased<Value = never>({
  method = "exact",
  keyQuery = "separate",
  seed = 0,
  regimes,
  record,
  ...size
}: ReleasedOptions<Value> = {}): {
  readonly targetTask: Vector;
  /** "pretrained" first. */
  readonly stages: ReadonlyMap<string, TrainedStage<Value>>;
} {
  const names = experimentRegimes(keyQuery).map(({ name }) => name);
  const wrong = regimes?.findIndex((name) => !names.includes(name)) ?? -1;
  if (wrong >= 0) throw new InputError(`regimes[${wrong}]`, regimes![wrong], names.join(", "));
  const layout = parameterLayout({ dimension: 5, layers: 1, heads: 1, keyQuery });
  const run: ExperimentRun = { method, keyQuery, seed };
  const stage = (regime: string, pretrained?: readonly number[]): TrainedStage<Value> => {
    const recording =
      record === undefined
        ? undefined
        : recorder(record.schedule, (point) => record.measure(reducedAt(layout, point)));
    const unit = pretrained === undefined ? { ...run, regime } : { ...run, regime, pretrained };
    const result = runUnit(unit, { ...RELEASED_SIZE, ...size }, recording?.observer);
    const parameters = reducedAt(layout, Float64Array.from(result.point));
    return { ...result, parameters, records: recording?.records ?? [] };
  };
  const pretrained = stage(PRETRAINED);
  return {
    targetTask: targetTaskOf(run),
    stages: new Map([
      [PRETRAINED, pretrained],
      ...(regimes ?? names).map((name) => [name, stage(name, pretrained.point)] as const),
    ]),
  };
}
