import { runUnit, type UnitInput, type UnitResult } from "./unit";

/** What a worker thread does with one unit of the study. */
export default function work(input: UnitInput): UnitResult {
  return runUnit(input);
}
