import { runGridPoint, type SweepRow, type SweepTask } from "./sweepRun";

/** What a worker thread of a study does with one run. */
export default function work({ point, tested }: SweepTask): SweepRow {
  return runGridPoint(point, tested);
}
