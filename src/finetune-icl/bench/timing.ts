/** The processor time, in seconds, that this process spends on the work, its helper threads included. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** One side of a comparison: takes its share of the work and says what it cost. */
export type Side = () => number | Promise<number>;

/**
 * Runs the sides in turn, forwards and backwards by turns, so that a change of the machine's speed hurts all of them alike.
 * Gives the costs of each side, in the order of the repeats. Before the first repeat each side runs once for nothing, unless
 * each run is a process of its own, which nothing warms up.
 */
export async function inTurn(
  sides: readonly Side[],
  repeats: number,
  warmUp = true,
): Promise<readonly (readonly number[])[]> {
  const costs = sides.map((): number[] => []);
  for (let repeat = warmUp ? -1 : 0; repeat < repeats; repeat += 1) {
    const order = [...sides.keys()];
    if (repeat % 2 !== 0) order.reverse();
    for (const k of order) {
      const cost = await sides[k]!();
      if (repeat >= 0) costs[k]!.push(cost);
    }
  }
  return costs;
}
