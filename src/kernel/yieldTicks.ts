type Tick = (work: (...parameters: unknown[]) => void, ...parameters: unknown[]) => void;

/**
 * `process.nextTick` comes before everything else that waits for its turn, so work that asks for it again and again keeps the thread
 * from hearing of an interrupt; and where it is stopped by force, Node goes on with the next tick at once. While `mustYield` holds,
 * ticks wait for their turn as others do.
 */
export function yieldTicks(mustYield: () => boolean): void {
  const nextTick = process.nextTick.bind(process) as Tick;
  process.nextTick = ((work, ...parameters) => {
    // What is no function is refused as ever.
    if (typeof work === "function" && mustYield()) setImmediate(work, ...parameters);
    else nextTick(work, ...parameters);
  }) as Tick as typeof process.nextTick;
}
