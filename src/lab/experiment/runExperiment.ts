import { join } from "node:path";
import type { Checkpoint } from "@finetune-icl/files";
import { withWorkers } from "../units/workers";
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
  {
    workers,
    checkpoint,
    onUnitDone,
  }: {
    readonly workers: number;
    readonly checkpoint: Checkpoint<UnitResult>;
    readonly onUnitDone: () => void;
  },
): Promise<ReadonlyMap<string, UnitResult>> {
  await withWorkers(
    join(__dirname, "worker.js"),
    workers,
    async (work: (task: ExperimentTask) => Promise<UnitResult>) => {
      const done = async (unit: ExperimentUnit): Promise<UnitResult> => {
        const name = unitName(unit);
        const known = checkpoint.results.get(name);
        const result = known ?? (await work({ unit, size }));
        if (known === undefined) checkpoint.add(name, result);
        onUnitDone();
        return result;
      };
      await Promise.all(
        runs.map(async (run) => {
          const { point } = await done({ ...run, regime: PRETRAINED });
          const regimes = experimentRegimes(run.keyQuery);
          await Promise.all(regimes.map(({ name }) => done({ ...run, regime: name, pretrained: point })));
        }),
      );
    },
  );
  return checkpoint.results;
}
