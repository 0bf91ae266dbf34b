import { CLAIMS } from "../claims";
import type { FinishedUnit } from "./runLedger";
import { type RunOptions, runUnit, type Unit } from "./unit";

/** What a worker thread of the ledger does with one unit. */
export default function work(task: { readonly unit: Unit; readonly options: RunOptions }): FinishedUnit {
  const claim = CLAIMS.find(({ id }) => id === task.unit.claim);
  if (claim === undefined) throw new Error(`no claim ${task.unit.claim}`);
  const start = performance.now();
  const result = runUnit(claim, task.unit, task.options);
  return { result, seconds: (performance.now() - start) / 1000 };
}
