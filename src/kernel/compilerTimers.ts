import type * as ts from "typescript";

/** tslab's converter as the compiler's system, with timers that cannot stop it for good. */
export interface Timers {
  readonly system: ts.System;
  /** Throws what the compiler threw when it was last brought up to date. */
  readonly check: () => void;
}

/** What the compiler calls the work that brings its program up to date: the one timer that tslab waits for. */
const UPDATE = "updateProgramWithWatchStatus";

/**
 * tslab takes one timer at a time, the one that updates the program, and runs it when the next cell comes. The compiler sets another
 * when a folder changes where it has looked for a module in vain (an `npm install` beside a running kernel), and an update may throw:
 * after either, tslab refuses every later cell. Here the first is never run by a timer, since each update does the same at its start,
 * and what the second throws is kept for `check`.
 */
export function withTimers(system: ts.System): Timers {
  const { setTimeout: setTimer, clearTimeout: clearTimer } = system;
  let thrown: { readonly error: unknown } | undefined;
  const idle = new Set<object>();
  return {
    system: Object.assign(Object.create(system) as ts.System, {
      setTimeout: (work: (...args: unknown[]) => void, ms: number) => {
        if (work.name === UPDATE)
          return setTimer?.(() => {
            try {
              work();
            } catch (error) {
              thrown ??= { error };
            }
          }, ms) as unknown;
        const timer = {};
        idle.add(timer);
        return timer;
      },
      clearTimeout: (timer: object) => {
        if (!idle.delete(timer)) clearTimer?.(timer);
      },
    }),
    check: () => {
      const last = thrown;
      thrown = undefined;
      if (last) throw last.error;
    },
  };
}
