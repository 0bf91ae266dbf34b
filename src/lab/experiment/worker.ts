import { type ExperimentTask, runUnit, type UnitResult } from "./unit";

/** What a worker thread of the experiment does with one unit. */
export default function work({ unit, size }: ExperimentTask): UnitResult {
  return runUnit(unit, size);
}
