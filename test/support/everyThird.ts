/** Whether what takes many minutes is done whole, as in the workflow for GitHub: `LESSONS=all`. */
export const IS_WHOLE = process.env.LESSONS === "all";

/**
 * Of each kind every third, from the first, and all of them with LESSONS=all: all pages and lessons in a browser take a quarter of an hour of
 * two cores, and the quick ledger a minute, which the main job spends on the full one.
 */
export function everyThird<T>(all: readonly T[]): readonly T[] {
  return IS_WHOLE ? all : all.filter((_, i) => i % 3 === 0);
}
