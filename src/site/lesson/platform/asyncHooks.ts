/**
 * `node:async_hooks`: a page does not follow what a callback was caused by. Whoever asks is told nothing, and takes the cell that was
 * started last.
 */
export class AsyncLocalStorage<T> {
  run<R>(_value: T, work: () => R): R {
    return work();
  }

  getStore(): T | undefined {
    return undefined;
  }
}
