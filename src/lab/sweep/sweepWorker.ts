import { join } from "node:path";

/** The module that a worker thread of a sweep runs. */
export const SWEEP_WORKER = join(__dirname, "worker.js");
