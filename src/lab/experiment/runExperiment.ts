import { join } from "node:path";
import { runUnits, type UnitRun } from "../units/runUnits";
import { experimentRegimes, PRETRAINED } from "./regimes";
import {
  type ExperimentRun,
  type ExperimentSize,
  type ExperimentTask,
  type ExperimentUnit,
  type UnitResult,
  unitName,
} from "./unit";

/** The names of all units of a run, pretraining first. */
export const unitsOf = ({ keyQuery }: ExperimentRun): readonly string[] => [
  PRETRAINED,
  ...experimentRegimes(keyQuery).map(({ name }) => name),
];

/**
 * Trains and tests all runs on a pool of worker threads: first the pretraining of a run, then its regimes side by side. The
 * results do not depend on how many workers there are. Units that the checkpoint holds are not run again.
 */
export async function runExperiment(
  runs: readonly ExperimentRun[],
  size: ExperimentSize,
  run: UnitRun<UnitResult>,
): Promise<ReadonlyMap<string, UnitResult>> {
  await runUnits(join(__dirname, "worker.js"), run, async (done) => {
    const train = (unit: ExperimentUnit): Promise<UnitResult> =>
      done({ name: unitName(unit), input: { unit, size } satisfies ExperimentTask });
    await Promise.all(
      runs.map(async (each) => {
        const { point } = await train({ ...each, regime: PRETRAINED });
        const regimes = experimentRegimes(each.keyQuery);
        await Promise.all(regimes.map(({ name }) => train({ ...each, regime: name, pretrained: point })));
      }),
    );
  });
  return run.checkpoint.results;
}
