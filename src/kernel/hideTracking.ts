import { inspect } from "node:util";

// What Node writes on promises and timers while it follows which cell caused them.
const TRACKING = new Set([
  "async_id_symbol",
  "trigger_async_id_symbol",
  "asyncId",
  "triggerId",
  "kResourceStore",
]);

/** Keeps out of what cells show of promises and timers how the kernel follows them: numbers that differ from run to run. */
export function hideTracking(): void {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  const immediate = setImmediate(() => {});
  clearImmediate(immediate);
  for (const prototype of [
    Promise.prototype,
    Object.getPrototypeOf(timer),
    Object.getPrototypeOf(immediate),
  ]) {
    const own = prototype[inspect.custom] as ((...parameters: readonly unknown[]) => unknown) | undefined;
    Object.defineProperty(prototype, inspect.custom, {
      value(this: object, ...parameters: readonly unknown[]): unknown {
        for (const symbol of Object.getOwnPropertySymbols(this))
          if (TRACKING.has(symbol.description ?? ""))
            Object.defineProperty(this, symbol, { enumerable: false });
        // An object that answers with itself is shown as any other.
        return own ? own.apply(this, [...parameters]) : this;
      },
      enumerable: false,
      configurable: true,
      writable: true,
    });
  }
}
