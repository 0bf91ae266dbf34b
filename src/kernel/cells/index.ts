/** What runs cells, without sockets: for a kernel in another place than a process of its own. */
export type { Cell } from "../cell";
export { currentCell, runInCell } from "../cell";
export type { ErrorContent } from "../describeError";
export { Engine, type Outcome } from "../engine";
export type { Follower } from "../follower";
export { captureStreams } from "../streams";
export { loadCompiler, loadInspect } from "../tslab";
export { UNHANDLED } from "../unhandled";
