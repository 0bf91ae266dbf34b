/** What keeps whom code belongs to over an `await`, where the platform does not do so by itself, as Node does. */
export interface Follower {
  /** Whom the code before the `await` belongs to. */
  here(): unknown;
  /** Called with that behind it, before the code goes on. */
  resume(here: unknown): void;
  /** Called right before a promise is settled for which code waits: that code is what goes on next. */
  resumeNext(here: unknown): void;
}

/** What a `for await` goes through. */
export type Steps = Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;

/**
 * The same steps, each of which goes on as a part of what the loop belongs to, and so does the code behind the loop. Errors call them by `name`.
 * @throws TypeError when there is nothing to go through.
 */
export function followedSteps(items: Steps, name: string, follower: Follower): AsyncIterable<unknown> {
  const here = follower.here();
  const isAsync = typeof items?.[Symbol.asyncIterator] === "function";
  const iterator = (items?.[Symbol.asyncIterator]?.() ?? items?.[Symbol.iterator]?.()) as
    | (Iterator<unknown> & AsyncIterator<unknown>)
    | undefined;
  if (!iterator) throw new TypeError(`${name} is not async iterable`);
  const step = async (result: unknown): Promise<unknown> => {
    if (isAsync) return result;
    const { done, value } = result as IteratorResult<unknown>;
    return { done, value: await value };
  };
  /** What `await` takes for a promise of another make: it asks it for its end in a way that tells when the code goes on. */
  const followed = (result: unknown) => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what it is for
    then(resolve: (value: unknown) => void, reject: (reason: unknown) => void): void {
      const before =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          follower.resumeNext(here);
          settle(value);
        };
      step(result).then(before(resolve), before(reject));
    },
  });
  const steps = {
    next: () => followed(iterator.next()),
    return: () => followed(iterator.return?.() ?? { done: true, value: undefined }),
  };
  return { [Symbol.asyncIterator]: () => steps as unknown as AsyncIterator<unknown> };
}
