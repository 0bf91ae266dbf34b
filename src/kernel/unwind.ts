import { forgetCells, rememberCells } from "./cell";

/**
 * Before JavaScript is stopped by force, Node's record of nested callbacks (async ids) must be emptied, or Node finds it
 * inconsistent afterwards and aborts. It empties it when it handles an uncaught exception; this is one, that the kernel's handler
 * knows and ignores.
 */

const NAME = "tslab-kernel.unwind";

let isQuiet = false;

/** The exception, also found under a registered symbol by code that the debugger evaluates. */
const token = {
  toString: () => "a cell is interrupted",
  forgetCells,
  rememberCells,
  /** Keeps it from listeners of a cell's own, where Node lets it. */
  handleQuietly: () => {
    try {
      process.setUncaughtExceptionCaptureCallback(() => {});
      isQuiet = true;
    } catch {
      // A cell handles all exceptions itself.
    }
  },
  handleAgain: () => {
    if (isQuiet) process.setUncaughtExceptionCaptureCallback(null);
    isQuiet = false;
  },
};
(globalThis as Record<symbol, unknown>)[Symbol.for(NAME)] = token;

export function isUnwinding(thrown: unknown): boolean {
  return thrown === token;
}

const TOKEN = `globalThis[Symbol.for(${JSON.stringify(NAME)})]`;

/**
 * What the debugger evaluates in the main thread. Where Node follows promises by functions of its own (`FOLLOWING`), a loop of awaits
 * is most often in one of them, and V8 takes what stops it there for the function's own mistake, and goes on: they must not run.
 */
export const UNWIND = `${TOKEN}.forgetCells(); ${TOKEN}.handleQuietly(); process._fatalException(${TOKEN}); ${TOKEN}.handleAgain()`;

/** What it evaluates before the main thread does anything else: what that causes belongs to somebody, too. */
export const REMEMBER = `${TOKEN}.rememberCells()`;

export const FOLLOWING: readonly string[] = ["node:internal/async_hooks", "node:async_hooks"];

/**
 * Functions in which Node calls what waits for its turn, and what the debugger evaluates in them, since their `finally` blocks do not
 * run when JavaScript is stopped by force. Of immediates, Node has come to the next: it would forget the others, or throw for ever at
 * the one that was stopped. Ticks are thrown away, as V8 does with promises: it would go on with them at once.
 */
export const CALLERS: readonly { readonly name: string; readonly url: string; readonly leave: string }[] = [
  {
    name: "processImmediate",
    url: "node:internal/timers",
    leave: "outstandingQueue.head = immediate?._destroyed ? immediate._idleNext : immediate",
  },
  {
    name: "processTicksAndRejections",
    url: "node:internal/process/task_queues",
    leave: "while (queue.shift() !== null);",
  },
];
