export { type Grid, type GridPoint, gridPoints, readGrid } from "./grid";
export { mergeSweeps, rowsLeft, writeSweep } from "./sweepFile";
export type { SweepRow, SweepTask } from "./sweepRun";
export { SWEEP_WORKER } from "./sweepWorker";
