import { join } from "node:path";
import type { Checkpoint } from "@finetune-icl/files";
import type { Claim } from "@finetune-icl/core/evidence";
import { withWorkers } from "../units/workers";
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
  {
    workers,
    checkpoint,
    onUnitDone,
  }: {
    readonly workers: number;
    readonly checkpoint: Checkpoint<UnitResult>;
    readonly onUnitDone: () => void;
  },
): Promise<LedgerRun> {
  const seconds = new Map<string, number>();
  await withWorkers(
    join(__dirname, "worker.js"),
    workers,
    (run: (task: LedgerTask) => Promise<FinishedUnit>): Promise<unknown> =>
      Promise.all(
        plan(claims).map(async (unit) => {
          const name = unitName(unit);
          if (!checkpoint.results.has(name)) {
            const done = await run({ unit, options });
            checkpoint.add(name, done.result);
            seconds.set(unit.claim, (seconds.get(unit.claim) ?? 0) + done.seconds);
          }
          onUnitDone();
        }),
      ),
  );
  return { ledger: assembleLedger(claims, options, checkpoint.results), seconds };
}
