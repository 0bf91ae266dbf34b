import { join } from "node:path";
import { readWhole } from "@finetune-icl/base";
import type { Claim } from "@finetune-icl/core/evidence";
import { runUnits, type UnitRun } from "../units/runUnits";
import { assembleLedger, type Ledger } from "./ledger";
import { type RunOptions, type Unit, type UnitResult, unitName, unitsOf } from "./unit";

/** What a worker is given. */
export interface LedgerTask {
  readonly unit: Unit;
  readonly options: RunOptions;
}

/** What a worker sends back: the result, and how long it took. */
export interface FinishedUnit {
  readonly result: UnitResult;
  readonly seconds: number;
}

/** A ledger that was run, and how long it took. */
export interface LedgerRun {
  readonly ledger: Ledger;
  /** Computing time by claim id; units taken over from a checkpoint do not count. */
  readonly seconds: ReadonlyMap<string, number>;
}

/** The units of some claims, the longest first. */
export function plan(claims: readonly Claim[]): readonly Unit[] {
  return claims.flatMap(unitsOf).sort((a, b) => b.cost - a.cost);
}

/**
 * Runs the claims on a pool of worker threads; the ledger does not depend on how many. Units that the checkpoint holds are
 * not run again, and every finished unit is added to it. Claims must be among those of the package, which is where the
 * workers find them.
 */
export async function runLedger(
  claims: readonly Claim[],
  options: RunOptions,
  { workers, checkpoint, onUnitDone }: UnitRun<FinishedUnit>,
): Promise<LedgerRun> {
  readWhole(options.seed, "seed", 0);
  const seconds = new Map<string, number>();
  const units = plan(claims);
  const claimOf = new Map(units.map((unit) => [unitName(unit), unit.claim]));
  const run: UnitRun<FinishedUnit> = {
    workers,
    checkpoint,
    onUnitDone: (name, done, isNew) => {
      const claim = claimOf.get(name)!;
      if (isNew) seconds.set(claim, (seconds.get(claim) ?? 0) + done.seconds);
      onUnitDone(name, done, isNew);
    },
  };
  await runLedgerUnits(units, options, run);
  return { ledger: ledgerOf(claims, options, checkpoint.results), seconds };
}

/** Does some units of a plan, into the checkpoint: a shard's work, or all of it. */
export function runLedgerUnits(
  units: readonly Unit[],
  options: RunOptions,
  run: UnitRun<FinishedUnit>,
): Promise<unknown> {
  return runUnits(join(__dirname, "worker.js"), run, (done) =>
    Promise.all(units.map((unit) => done({ name: unitName(unit), input: { unit, options } }))),
  );
}

/** The ledger from the finished units of its plan, wherever they were done. */
export function ledgerOf(
  claims: readonly Claim[],
  options: RunOptions,
  finished: ReadonlyMap<string, FinishedUnit>,
): Ledger {
  return assembleLedger(claims, options, new Map([...finished].map(([name, { result }]) => [name, result])));
}
