import { Session } from "node:inspector";
import { setTimeout as sleep } from "node:timers/promises";
import { UNWIND } from "./unwind";

// A main thread that is not in a loop takes notice within this time, and most often at once.
const NOTICE_MS = 150;
const CHECK_MS = 5;
const GIVE_UP_MS = 2000;

/** What another thread can see of the main thread. */
export interface MainThread {
  readonly tookNotice: () => boolean;
  /** Whether it does something that must come to its end. */
  readonly isProtected: () => boolean;
}

/**
 * Called from another thread: when the main thread does not take notice of an interrupt, its JavaScript is stopped by force.
 * Node's own way, `breakOnSigint`, only reaches synchronous code that runs in a `vm` script, and nothing behind an `await`; the
 * debugger reaches everything but calls into native code.
 */
export async function interruptMainThread({ tookNotice, isProtected }: MainThread): Promise<void> {
  for (let waited = 0; waited < NOTICE_MS; waited += CHECK_MS) {
    if (tookNotice()) return;
    await sleep(CHECK_MS);
    if (isProtected()) waited = 0;
  }
  const debug = new Session();
  debug.connectToMainThread();
  debug.on("Debugger.paused", () => {
    // Between the frames that are thrown away there are those that Node counts: it must forget them first.
    debug.post("Runtime.evaluate", { expression: UNWIND });
    debug.post("Runtime.terminateExecution");
    debug.post("Debugger.resume");
  });
  debug.post("Debugger.enable");
  debug.post("Debugger.pause");
  for (let waited = 0; waited < GIVE_UP_MS && !tookNotice(); waited += CHECK_MS) await sleep(CHECK_MS);
  debug.post("Debugger.disable");
  debug.disconnect();
}
