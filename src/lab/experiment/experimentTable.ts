import { type Table, tableFrom } from "@finetune-icl/base";
import { experimentPrediction } from "./prediction";
import { unitsOf } from "./runExperiment";
import { type ExperimentRun, targetTaskOf, type UnitResult, unitName } from "./unit";

/**
 * One row for each run, regime, task and number of shots: the exact risk of the trained parameters, the error measured on
 * test prompts with its standard error, and the risk that theory predicts (NaN where it says nothing). Six digits: more
 * would only be noise of the training.
 */
export function experimentTable(
  runs: readonly ExperimentRun[],
  results: ReadonlyMap<string, UnitResult>,
): Table {
  return tableFrom(
    runs.flatMap((run) =>
      unitsOf(run).flatMap((regime) => {
        const target = targetTaskOf(run);
        const prediction = experimentPrediction(run, regime, target);
        return results.get(unitName({ ...run, regime }))!.errors.map((error) => {
          const task = target.map((x) => (error.task === "+theta0" ? x : -x));
          return {
            method: run.method,
            keyQuery: run.keyQuery,
            seed: run.seed,
            regime,
            task: error.task,
            shots: error.shots,
            exact: round(error.exact),
            measured: round(error.measured),
            standardError: round(error.standardError),
            predicted: round(prediction?.risk(task, error.shots) ?? Number.NaN),
          };
        });
      }),
    ),
  );
}

const round = (value: number): number => Number(value.toPrecision(6));
