import type { AnswerValue } from "./answer";

/**
 * How many tries it takes, about, until a guesser who starts with simple values comes to this one: whole numbers in their
 * order, fractions and their roots by the size of numerator and denominator, decimals by their digits, anything else by the
 * number of values that `resolution` (relative) tells apart. Words count as known.
 */
export function guessesFor(values: readonly AnswerValue[], resolution: number): number {
  return values.reduce((product, value) => product * guessesOf(value, resolution), 1);
}

// Numbers between 0.1 and 10 are tried first, those of other sizes after all of these.
const FIRST_RANGE = Math.log(100);
const LARGEST_DENOMINATOR = 1000;

function guessesOf(value: AnswerValue, resolution: number): number {
  switch (value.kind) {
    case "yes or no":
      return 2;
    case "text":
    case "neither":
      return 1;
    default:
      return value.entries.reduce((product, entry) => product * guessesOfNumber(entry, resolution), 1);
  }
}

function guessesOfNumber(x: number, resolution: number): number {
  if (!Number.isFinite(x) || x === 0) return 3;
  // What a check cannot tell from a simple number is as easily found as that.
  const near = Math.max(resolution, 1e-13);
  const size = Math.abs(x);
  return Math.min(
    FIRST_RANGE / near,
    20 * 10 ** digitsOf(size, near),
    fraction(size, near),
    2 * fraction(x * x, near),
  );
}

/** The fewest decimal digits that give the number. */
function digitsOf(x: number, near: number): number {
  for (let digits = 1; digits < 15; digits += 1)
    if (Math.abs(Number(x.toPrecision(digits)) - x) <= near * x) return digits;
  return 15;
}

/** Numerator times denominator of the simplest fraction that gives the number, twice for its sign. */
function fraction(x: number, near: number): number {
  for (let denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator += 1) {
    const numerator = Math.round(x * denominator);
    if (numerator > 0 && Math.abs(numerator / denominator - x) <= near * x)
      return 2 * numerator * denominator;
  }
  return Number.POSITIVE_INFINITY;
}
