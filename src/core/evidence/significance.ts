import { FLOAT } from "../algebra/numberField";

/** The chance that a ledger of true claims refutes any of them by bad luck in sampling. */
export const ERROR_RATE = 0.01;

/** Over how many comparisons that chance is shared evenly (Bonferroni); the ledger holds fewer. */
export const COMPARISONS = 256;

/** How many standard errors a sampled mean may lie from its prediction, on either side. */
export const THRESHOLD = twoSidedQuantile(ERROR_RATE / COMPARISONS);

/** z with P(|Z| > z) = p for a standard normal Z, by bisection. */
export function twoSidedQuantile(p: number): number {
  let [low, high] = [0, 40];
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (1 - FLOAT.math.erf(middle / Math.SQRT2) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
