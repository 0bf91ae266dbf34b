import { COMPILED } from "./describeError";

type Tick = (work: (...parameters: unknown[]) => void, ...parameters: unknown[]) => void;

/**
 * `process.nextTick` comes before everything else that waits for its turn, so work that asks for it again and again keeps the thread
 * from hearing of an interrupt; and where it is stopped by force, Node goes on with the next tick at once. While `mustYield` holds,
 * ticks wait for their turn as others do, and for good those of a function for which a cell has asked then.
 */
export function yieldTicks(mustYield: () => boolean): void {
  const nextTick = process.nextTick.bind(process) as Tick;
  const yielding = new WeakSet<object>();
  process.nextTick = ((work, ...parameters) => {
    // What is no function is refused as ever.
    if (typeof work !== "function" || !(yielding.has(work) || mustYield()))
      return nextTick(work, ...parameters);
    // Functions of Node that ask are everybody's.
    const [, , caller] = new Error().stack?.split("\n") ?? [];
    if (caller?.includes(COMPILED)) yielding.add(work);
    setImmediate(work, ...parameters);
  }) as Tick as typeof process.nextTick;
}
