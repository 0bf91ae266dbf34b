import { type ExperimentSize, type ExperimentUnit, runUnit, type UnitResult } from "./unit";

/** What a worker thread of the experiment does with one unit. */
export default function work(task: {
  readonly unit: ExperimentUnit;
  readonly size: ExperimentSize;
}): UnitResult {
  return runUnit(task.unit, task.size);
}
