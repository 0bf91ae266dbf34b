/**
 * `node:async_hooks`: what a callback was caused by, which a browser does not follow. Timers, microtasks and `then` are given it here. An
 * `await` in a cell's code is, too, and each step of a `for await`, by the kernel's rewriting of them (`follower`); one of a package, since the
 * bundle has `then` in its place (`workerBundle.ts`).
 */
type Context = ReadonlyMap<object, unknown>;

let context: Context | undefined;
/** Of promises that were made by `then`, and of errors that a callback threw: for who asks when nobody handles them. */
const owners = new WeakMap<object, Context>();
const later = globalThis.queueMicrotask.bind(globalThis);

function within<R>(here: Context | undefined, work: () => R): R {
  const before = context;
  context = here;
  try {
    return work();
  } catch (error) {
    if (here !== undefined && typeof error === "object" && error !== null) owners.set(error, here);
    throw error;
  } finally {
    context = before;
  }
}

/** The same function, which belongs to whom its maker belongs to. */
export function bound<Args extends readonly unknown[], R>(
  work: (...given: Args) => R,
): (...given: Args) => R {
  const here = context;
  if (here === undefined || typeof work !== "function") return work;
  return function (this: unknown, ...given: Args) {
    return within(here, () => work.apply(this, given as unknown as Args & []));
  };
}

export class AsyncLocalStorage<T> {
  run<R>(value: T, work: () => R): R {
    return within(new Map(context).set(this, value), work);
  }

  getStore(): T | undefined {
    return context?.get(this) as T | undefined;
  }
}

function resume(here: unknown): void {
  context = here as Context | undefined;
  // The code that goes on ends with its microtask.
  later(() => {
    if (context === here) context = undefined;
  });
}

/** For the kernel's rewriting of `await`. */
export const follower = {
  here: (): unknown => context,
  resume,
  // Microtasks have their turns in the order in which they were asked for: this one has its own directly before the code that waits.
  resumeNext: (here: unknown): void => later(() => resume(here)),
};

/** Does some work as a part of what a promise or an error came from, where that is known. */
export function asOwnerOf(causes: readonly unknown[], work: (isKnown: boolean) => void): void {
  const known = causes.find(
    (cause): cause is object => typeof cause === "object" && cause !== null && owners.has(cause),
  );
  within(known && owners.get(known), () => work(known !== undefined));
}

/** The same function of what was thrown, which from then on has an owner: it may be thrown again where nobody knows it. */
function owning<R>(onError: ((thrown: unknown) => R) | undefined): (thrown: unknown) => R {
  if (typeof onError !== "function") return onError as never;
  return (thrown) => {
    if (context !== undefined && typeof thrown === "object" && thrown !== null && !owners.has(thrown))
      owners.set(thrown, context);
    return onError(thrown);
  };
}

type Timer = (work: unknown, ...rest: unknown[]) => number;
const { setTimeout: timeout, setInterval: interval } = globalThis as unknown as Record<string, Timer>;

/** Timers of the worker's own work, which is no cell's. */
export const ownTimeout = (work: () => void, milliseconds: number): number =>
  timeout!.call(globalThis, work, milliseconds);

const { then } = Promise.prototype;

Object.assign(globalThis, {
  setTimeout: (work: () => void, ...rest: unknown[]) => timeout!.call(globalThis, bound(work), ...rest),
  setInterval: (work: () => void, ...rest: unknown[]) => interval!.call(globalThis, bound(work), ...rest),
  queueMicrotask: (work: () => void) => later(bound(work)),
});
// biome-ignore lint/suspicious/noThenProperty: it is the one of promises themselves
Object.defineProperty(Promise.prototype, "then", {
  configurable: true,
  writable: true,
  value: function (this: Promise<unknown>, ...ways: [never, never]): Promise<unknown> {
    if (context === undefined) return then.apply(this, ways);
    const [onValue, onError] = ways as readonly ((given: unknown) => unknown)[];
    const made = then.call(this, bound(onValue!) as never, bound(owning(onError)) as never);
    owners.set(made, context);
    return made;
  },
});
