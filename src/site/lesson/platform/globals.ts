/** Names that Node gives every module. */
import { Buffer } from "buffer";
import process from "./process";
import { startImmediate, stopImmediate } from "./timers";

const everything = globalThis;

export {
  Buffer,
  everything as global,
  process,
  startImmediate as setImmediate,
  stopImmediate as clearImmediate,
};
