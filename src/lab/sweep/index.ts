export { type Grid, type GridPoint, gridPoints, readGrid } from "./grid";
export { openSweep, runSweep, type SweepRows, type SweepShard } from "./runSweep";
export { mergeSweeps, rowsLeft, writeSweep } from "./sweepFile";
export type { SweepRow, SweepTask } from "./sweepRun";
