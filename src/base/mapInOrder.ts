import { readWhole } from "./readInput";

/**
 * Applies `work` to the items, at most `limit` at a time, and hands each result to `onResult` in the order of the
 * items, as soon as it and all before it are there. Rejects with the first error after all started work has ended, and
 * with an InputError when `limit` is no whole number from 1 up.
 */
export async function mapInOrder<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
  onResult: (result: R) => void,
): Promise<readonly R[]> {
  readWhole(limit, "limit", 1);
  const results = new Map<number, R>();
  let started = 0;
  let reported = 0;
  const worker = async () => {
    while (started < items.length) {
      const index = started;
      started += 1;
      results.set(index, await work(items[index] as T));
      while (results.has(reported)) {
        onResult(results.get(reported) as R);
        reported += 1;
      }
    }
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, worker);
  const ended = await Promise.allSettled(workers);
  for (const outcome of ended) if (outcome.status === "rejected") throw outcome.reason;
  return items.map((_, index) => results.get(index) as R);
}
