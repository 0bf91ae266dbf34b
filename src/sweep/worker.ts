import type { GridPoint } from "./grid";
import { runGridPoint, type SweepRow } from "./sweepRun";

/** What a worker thread of a study does with one run. */
export default function work(task: {
  readonly point: GridPoint;
  readonly shots: readonly number[];
}): SweepRow {
  return runGridPoint(task.point, task.shots);
}
