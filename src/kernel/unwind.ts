/**
 * Before JavaScript is stopped by force, Node's record of nested callbacks (async ids) must be emptied, or Node finds it
 * inconsistent afterwards and aborts. It empties it when it handles an uncaught exception; this is one, that the kernel's handler
 * knows and ignores.
 */

const NAME = "tslab-kernel.unwind";

/** The exception, also found under a registered symbol by code that the debugger evaluates. */
const token = { toString: () => "a cell is interrupted" };
(globalThis as Record<symbol, unknown>)[Symbol.for(NAME)] = token;

export function isUnwinding(thrown: unknown): boolean {
  return thrown === token;
}

/** What the debugger evaluates in the main thread. */
export const UNWIND = `process._fatalException(globalThis[Symbol.for(${JSON.stringify(NAME)})])`;
