import { join } from "node:path";
import type { Checkpoint } from "@finetune-icl/files";
import { withWorkers } from "../units/workers";
import type { AnyStudy, StudyOptions, StudyTable } from "./study";

/** What a worker is given. */
export interface StudyTask {
  readonly study: string;
  readonly input: unknown;
}

export type StudyTables = Readonly<Record<string, StudyTable>>;

/** Does every unit here and now, one after the other: for notebooks, with the quick profile. */
export function runStudyHere(study: AnyStudy, options: StudyOptions): StudyTables {
  return study.tables(study.units(options).map((unit) => ({ ...unit, result: study.run(unit.input) })));
}

/**
 * Does the units of a study on worker threads; the tables do not depend on how many. Units that the checkpoint holds are not
 * done again. The study must be among those of the package, which is where the workers find it.
 */
export async function runStudy(
  study: AnyStudy,
  options: StudyOptions,
  {
    workers,
    checkpoint,
    onUnitDone,
  }: {
    readonly workers: number;
    readonly checkpoint: Checkpoint<unknown>;
    readonly onUnitDone: () => void;
  },
): Promise<StudyTables> {
  const units = study.units(options);
  await withWorkers(
    join(__dirname, "worker.js"),
    workers,
    (run: (task: StudyTask) => Promise<unknown>): Promise<unknown> =>
      Promise.all(
        units.map(async ({ name, input }) => {
          if (!checkpoint.results.has(name)) checkpoint.add(name, await run({ study: study.name, input }));
          onUnitDone();
        }),
      ),
  );
  return study.tables(units.map((unit) => ({ ...unit, result: checkpoint.results.get(unit.name) })));
}
