type Listener = (...parameters: unknown[]) => void;

const EVENTS = ["uncaughtException", "unhandledRejection", "exit", "newListener"] as const;

/** Keeps the kernel's listeners of the process, without which an error of a cell ends it, where a cell removes all that there are. */
export function keepListeners(): void {
  const kept = EVENTS.map((event) => [event, process.listeners(event as "exit") as Listener[]] as const);
  const remove = process.removeAllListeners;
  process.removeAllListeners = function (this: NodeJS.Process, ...event: readonly unknown[]) {
    remove.apply(this, event as never);
    for (const [name, listeners] of kept) {
      const now = process.listeners(name as "exit") as Listener[];
      for (const each of listeners) if (!now.includes(each)) process.on(name, each);
    }
    return this;
  } as typeof process.removeAllListeners;
}
