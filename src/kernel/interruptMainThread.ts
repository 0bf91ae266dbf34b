import { Session } from "node:inspector";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { CALLERS, FOLLOWING, REMEMBER, UNWIND } from "./unwind";

// A main thread that is not in a loop takes notice within this time, and most often at once.
const NOTICE_MS = 150;
const CHECK_MS = 5;
// A native call ends when it does; what a cell would do after it is stopped then.
const GIVE_UP_MS = 30_000;

// What a cell still does once it has been told, in its `finally` blocks, gets so long.
const FINISH_MS = 1000;

const HERE = pathToFileURL(`${__dirname}/`).href;

/** Whether this is code of the kernel or of Node: without a cell's above it, nobody would do its work again. */
function isOwn(url: string | undefined): boolean {
  return url !== undefined && (url.startsWith(HERE) || url.startsWith("node:"));
}

/** What another thread can see of the main thread. */
export interface MainThread {
  /** Whether it has heard of the interrupt. */
  readonly tookNotice: () => boolean;
  /** Whether the cell that ran is done, or the process ends. */
  readonly isDone: () => boolean;
  /** Whether it does something that must come to its end. */
  readonly isProtected: () => boolean;
  /**
   * Whether it asks something of a cell's what it is, the message of an error that is a getter, say. A debugger that pauses there asks it,
   * too, for an answer that may never come, and nothing reaches it then: it is stopped without a pause.
   */
  readonly isTelling: () => boolean;
  /** Called with true before the debugger holds it, and with false after. */
  readonly hold: (isHeld: boolean) => void;
}

/**
 * Called from another thread: when the main thread does not take notice of an interrupt, or its cell goes on in spite of it, its
 * JavaScript is stopped by force. Node's own way, `breakOnSigint`, only reaches synchronous code that runs in a `vm` script, and
 * nothing behind an `await`; the debugger reaches everything but calls into native code.
 */
export async function interruptMainThread(thread: MainThread): Promise<void> {
  const isOver = () => thread.tookNotice() && thread.isDone();
  let waited = 0;
  while (waited < (thread.tookNotice() ? FINISH_MS : NOTICE_MS)) {
    if (isOver()) return;
    await sleep(CHECK_MS);
    waited = thread.isProtected() ? 0 : waited + CHECK_MS;
  }
  const debug = new Session();
  thread.hold(true);
  debug.connectToMainThread();
  let sincePause = 0;
  let isConnected = true;
  // From a pause until the main thread has been let go: what is evaluated for a second stop would cancel the first before it is felt.
  let isHeld = false;
  // From a stop until the first function that is called after it.
  let isForgotten = false;
  const pause = () => {
    if (!isConnected || isHeld) return;
    sincePause = 0;
    if (!thread.isTelling()) return void debug.post("Debugger.pause");
    if (thread.isProtected() || isOver()) return;
    debug.post("Runtime.evaluate", { expression: UNWIND });
    debug.post("Runtime.terminateExecution");
    isForgotten = true;
  };
  const letGo = (how: "Debugger.resume" | "Debugger.stepOut" | "Debugger.stepInto", thenPause: boolean) =>
    debug.post(how, () => {
      isHeld = false;
      sincePause = 0;
      if (thenPause) setTimeout(pause, CHECK_MS);
    });
  const scripts = new Map<string, string>();
  debug.on("Debugger.scriptParsed", ({ params: { scriptId, url } }) => scripts.set(scriptId, url));
  debug.on("Debugger.paused", ({ params: { callFrames } }) => {
    isHeld = true;
    const urls = callFrames.map(({ location }) => scripts.get(location.scriptId));
    const isFollowing = FOLLOWING.includes(urls[0] ?? "");
    const isFelt = isForgotten && !isFollowing;
    isForgotten = false;
    if (isFelt) {
      debug.post("Runtime.evaluate", { expression: REMEMBER });
      return letGo("Debugger.resume", false);
    }
    if (thread.isProtected() || urls.every(isOwn) || isFollowing)
      // To what called it, where that is a cell's.
      return letGo(isFollowing && !urls.every(isOwn) ? "Debugger.stepOut" : "Debugger.resume", true);
    if (!isOver()) {
      for (const [index, { functionName, callFrameId }] of callFrames.entries()) {
        const caller = CALLERS.find(({ name, url }) => name === functionName && url === urls[index]);
        if (caller) debug.post("Debugger.evaluateOnCallFrame", { callFrameId, expression: caller.leave });
      }
      // Between the frames that are thrown away there are those that Node counts: it must forget them first.
      debug.post("Runtime.evaluate", { expression: UNWIND });
      debug.post("Runtime.terminateExecution");
      isForgotten = true;
      return letGo("Debugger.stepInto", false);
    }
    // It has come to its end meanwhile: what runs now is not the cell.
    letGo("Debugger.resume", false);
  });
  debug.post("Debugger.enable");
  pause();
  for (let held = 0; held < GIVE_UP_MS && !isOver(); held += CHECK_MS) {
    await sleep(CHECK_MS);
    sincePause += CHECK_MS;
    // A `finally` block of what was stopped, or another loop behind it; or the stop was lost in code that Node calls on its way.
    if (sincePause > (thread.tookNotice() ? FINISH_MS : NOTICE_MS)) pause();
  }
  isConnected = false;
  if (isForgotten && isOver()) debug.post("Runtime.evaluate", { expression: REMEMBER });
  debug.post("Debugger.disable");
  debug.disconnect();
  thread.hold(false);
}
