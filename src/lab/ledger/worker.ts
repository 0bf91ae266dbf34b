import { CLAIMS } from "../claims";
import type { FinishedUnit, LedgerTask } from "./runLedger";
import { runUnit } from "./unit";

/** What a worker thread of the ledger does with one unit. */
export default function work(task: LedgerTask): FinishedUnit {
  const claim = CLAIMS.find(({ id }) => id === task.unit.claim);
  if (claim === undefined) throw new Error(`no claim ${task.unit.claim}`);
  const start = performance.now();
  const result = runUnit(claim, task.unit, task.options);
  return { result, seconds: (performance.now() - start) / 1000 };
}
