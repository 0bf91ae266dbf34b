import { join } from "node:path";
import { readWhole } from "@finetune-icl/base";
import { type NamedUnit, runUnits, type UnitRun } from "../units/runUnits";
import type { AnyStudy, StudyOptions, StudyTable } from "./study";

/** What a worker is given. */
export interface StudyTask {
  readonly study: string;
  readonly input: unknown;
}

export type StudyTables = Readonly<Record<string, StudyTable>>;

/** Does every unit here and now, one after the other: for notebooks, with the quick profile. @throws InputError naming `seed`. */
export function runStudyHere(study: AnyStudy, options: StudyOptions): StudyTables {
  readWhole(options.seed, "seed", 0);
  return study.tables(study.units(options).map((unit) => ({ ...unit, result: study.run(unit.input) })));
}

/**
 * Does the units of a study on worker threads; the tables do not depend on how many. Units that the checkpoint holds are not
 * done again. The study must be among those of the package, which is where the workers find it.
 * @throws InputError naming `seed` or `workers`.
 */
export async function runStudy(
  study: AnyStudy,
  options: StudyOptions,
  run: UnitRun<unknown>,
): Promise<StudyTables> {
  readWhole(options.seed, "seed", 0);
  const units = study.units(options);
  const results = await runStudyUnits(
    units.map(({ name, input }) => ({ name, input: { study: study.name, input } })),
    run,
  );
  return study.tables(units.map((unit, i) => ({ ...unit, result: results[i] })));
}

/** Does some units of some studies, into the checkpoint: a shard's work, or a whole study. Results in the order of the units. */
export function runStudyUnits(
  units: readonly NamedUnit<StudyTask>[],
  run: UnitRun<unknown>,
): Promise<readonly unknown[]> {
  return runUnits(join(__dirname, "worker.js"), run, (done) => Promise.all(units.map(done)));
}
