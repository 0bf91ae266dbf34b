/** `node:timers/promises`, and `setImmediate` itself: a turn of the event loop without the delay of nested timers. */
import { bound } from "./asyncHooks";

const waiting = new Map<number, () => void>();
let last = 0;
const channel = new MessageChannel();
channel.port1.onmessage = ({ data }: MessageEvent<number>) => {
  const work = waiting.get(data);
  waiting.delete(data);
  work?.();
};

export function startImmediate(work: (...given: unknown[]) => void, ...given: unknown[]): number {
  last += 1;
  waiting.set(
    last,
    bound(() => work(...given)),
  );
  channel.port2.postMessage(last);
  return last;
}

export function stopImmediate(id: number): void {
  waiting.delete(id);
}

export const setImmediate = <T>(value?: T): Promise<T | undefined> =>
  new Promise((resolve) => startImmediate(() => resolve(value)));

const wait = <T>(milliseconds: number, value?: T): Promise<T | undefined> =>
  new Promise((resolve) => globalThis.setTimeout(() => resolve(value), milliseconds));

export { wait as setTimeout };
