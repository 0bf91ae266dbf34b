import { boundOf } from "./bounds";
import type { IdentityEvidence } from "./identityEvidence";
import type { Profile } from "./kinds";
import { BoundDraw } from "./rationalDraw";

/** What the theorem of docs/evidence.md needs to know of a difference of two sides. */
export interface Reach {
  /**
   * m: half the number of places in which a vector can stand in one term, a matrix counting twice, with Σ = I. From d = m on no
   * relation between the terms is special to a dimension.
   */
  readonly pairs: number;
  /** q: the degree in d of the coefficients. */
  readonly dimensionDegree: number;
}

/** In more dimensions than these no identity is tried. */
const MOST_DIMENSIONS = 14;

/** Tried at least, unless the evidence names its dimensions; fewer in the quick profile, and still all that the theorem needs. */
const ALWAYS: Readonly<Record<Profile, readonly number[]>> = {
  full: [1, 2, 3, 4, 5, 6, 7, 8],
  quick: [1, 2, 3, 4],
};

/** m and q of an identity: the check itself is run on bounds in place of numbers. d = 3 has every kind of entry that others have. */
export function reachOf({ differences }: Pick<IdentityEvidence, "differences">): Reach {
  const sizes = differences(new BoundDraw(3)).zero.map((item) => boundOf(item).total.numerator);
  return {
    // Two places more: what is compared may be an entry of a vector or a matrix.
    pairs: Math.ceil((2 + Math.max(0, ...sizes.map(({ slots }) => slots))) / 2),
    dimensionDegree: Math.max(0, ...sizes.map(({ dimensionDegree }) => dimensionDegree)),
  };
}

/**
 * The degree in the numbers drawn, by d. From d = 3 on it changes only where the inverse of a matrix stands, and then with every d;
 * so it is computed once for all of them where d = 3 and 4 agree.
 */
export function degreesOf({ differences }: Pick<IdentityEvidence, "differences">): (d: number) => number {
  const known = new Map<number, number>();
  const at = (dimension: number): number => {
    const before = known.get(dimension);
    if (before !== undefined) return before;
    const { zero } = differences(new BoundDraw(dimension));
    const degree = Math.max(0, ...zero.map((item) => boundOf(item).total.numerator.degree));
    known.set(dimension, degree);
    return degree;
  };
  return (dimension) => (dimension > 4 && at(3) === at(4) ? at(4) : at(dimension));
}

/** q + 1 dimensions from m on: an identity that holds in all of them holds in every dimension. Undefined when m is not finite. */
export function dimensionsNeeded({ pairs, dimensionDegree }: Reach): readonly number[] | undefined {
  if (!Number.isFinite(pairs + dimensionDegree)) return undefined;
  const first = Math.max(1, pairs);
  return Array.from({ length: dimensionDegree + 1 }, (_, k) => first + k);
}

/** The dimensions an identity is tried in, and what follows if it holds there. */
export interface Coverage {
  readonly dimensions: readonly number[];
  readonly everyDimension: boolean;
  /** In words. */
  readonly scope: string;
}

/** Where an identity is tried, and whether it is then proved for every d. */
export function coverageOf(evidence: IdentityEvidence, profile: Profile = "full"): Coverage {
  const named = (dimensions: readonly number[]): Coverage => ({
    dimensions,
    everyDimension: false,
    scope: `d = ${spelled(dimensions)}`,
  });
  if (evidence.degree !== undefined) return named(evidence.dimensions ?? [1, 2, 3]);
  if (evidence.dimensionsOnly !== undefined) return named(evidence.dimensions ?? ALWAYS[profile]);
  const reach = reachOf(evidence);
  const needed = dimensionsNeeded(reach);
  const last = needed?.at(-1) ?? Number.POSITIVE_INFINITY;
  const tried = evidence.dimensions ?? ALWAYS[profile];
  const dimensions =
    evidence.dimensions === undefined && last <= MOST_DIMENSIONS && needed !== undefined
      ? [...new Set([...tried, ...needed])].sort((a, b) => a - b)
      : tried;
  if (needed === undefined || !needed.every((d) => dimensions.includes(d))) return named(dimensions);
  return {
    dimensions,
    everyDimension: true,
    scope: `every d: at most ${2 * reach.pairs} places for vectors and degree ${reach.dimensionDegree} in d, so d = ${spelled(needed)} ${needed.length === 1 ? "suffices" : "suffice"}`,
  };
}

/** `1, 2, 3`, or `1 to 8` where no number is missing. */
function spelled(numbers: readonly number[]): string {
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  return numbers.length > 2 && last - first === numbers.length - 1
    ? `${first} to ${last}`
    : numbers.join(", ");
}
