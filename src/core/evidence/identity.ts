import { RATIONAL, type Rational } from "../algebra/numberField";
import { NoInverse } from "../algebra/primeField";
import { coverageOf, degreesOf } from "./everyDimension";
import type { Differences, IdentityEvidence } from "./identityEvidence";
import type { Profile } from "./kinds";
import { LEAST_PRIME, PrimeDraw, RationalDraw, SAMPLE_SIZE } from "./rationalDraw";
import { type ControlResult, disagrees, type EvidenceResult, type EvidenceRow, judge } from "./result";
import { streamOf } from "./stream";

/** Points in each dimension. */
const POINTS: Readonly<Record<"rational" | "prime", Readonly<Record<Profile, number>>>> = {
  rational: { full: 6, quick: 2 },
  prime: { full: 2, quick: 1 },
};

/** Dimensions in which an identity that is tried modulo primes is tried over the rationals too, and at how many points. */
const RATIONAL_DIMENSIONS = [1, 2];
const RATIONAL_POINTS = 1;

interface Options {
  readonly profile: Profile;
  readonly seed: number;
}

/**
 * Tries an identity in exact arithmetic at random points. A polynomial of degree at most D that is not zero vanishes at a
 * point drawn evenly from S values a coordinate with probability at most D/S (Schwartz 1980, Zippel 1979), so at k
 * independent points with probability at most (D/S)^k: that is the chance that a false identity passes.
 *
 * Points are residues modulo primes between 2²⁵ and 2²⁶, drawn anew for every point, in all dimensions; and in d = 1, 2 rationals,
 * which have signs.
 * @example
 * const square = (draw: RationalDraw, sign: 1 | -1) => {
 *   const [a, b] = [draw.number(), draw.number()];
 *   return { zero: [a.add(b).mul(a.add(b)).sub(a.mul(a).add(b.mul(b)).add(a.mul(b).mul(2 * sign)))] };
 * };
 * const evidence = {
 *   compares: "(a + b)² with a² + 2ab + b²",
 *   degree: () => 2,
 *   differences: (draw: RationalDraw) => square(draw, 1),
 *   controls: [{ description: "a² − 2ab + b²", differences: (draw: RationalDraw) => square(draw, -1) }],
 * };
 * console.log(runIdentity("square", evidence, { profile: "quick", seed: 1 }).verdict); // verified
 */
export function runIdentity(id: string, evidence: IdentityEvidence, options: Options): EvidenceResult {
  const { scope, dimensions } = coverageOf(evidence, options.profile);
  const { tried, dimensionsOnly } = evidence;
  const parts = [
    scope,
    ...(tried === undefined ? [] : [`${tried.what}: d = 1 to ${tried.upTo}`]),
    ...(dimensionsOnly === undefined ? [] : [dimensionsOnly]),
  ];
  const degrees = degreesOf(evidence);
  const rows = [...rowsOf(id, { evidence, dimensions, degrees }, evidence.differences, options)];
  const controls: ControlResult[] = evidence.controls.map(({ description, differences }) => {
    // The same rows as above; the first that disagrees decides.
    for (const row of rowsOf(id, { evidence, dimensions, degrees }, differences, options)) {
      if (disagrees(row)) return { description, rejected: true, deviation: row.deviation, where: row.label };
    }
    return { description, rejected: false, deviation: 0 };
  });
  return {
    kind: "identity",
    verdict: judge(rows, controls),
    method: evidence.compares,
    scope: parts.join("; "),
    seed: options.seed,
    rows,
    controls,
  };
}

/** One row for each dimension and kind of number, in the order in which they become costly. */
function* rowsOf(
  id: string,
  {
    evidence,
    dimensions,
    degrees,
  }: {
    readonly evidence: IdentityEvidence;
    readonly dimensions: readonly number[];
    readonly degrees: (dimension: number) => number;
  },
  differences: IdentityEvidence["differences"],
  { profile, seed }: Options,
): Generator<EvidenceRow> {
  const { degree } = evidence;
  const degreeOf = degree ?? degrees;
  const isTried = (d: number): boolean => d <= (evidence.tried?.upTo ?? 0);
  const rational = (d: number, points: number): EvidenceRow => {
    const at = (point: number): Differences =>
      differences(new RationalDraw(d, seed, streamOf(id, "identity", d, point)));
    return row(degree === undefined ? `d = ${d}, rational` : `d = ${d}`, points, degreeOf(d) / SAMPLE_SIZE, {
      measured: Math.max(...Array.from({ length: points }, (_, point) => violation(at(point), isTried(d)))),
      how: `exact arithmetic at ${points} ${points === 1 ? "point" : "points"}`,
      degree: degreeOf(d),
    });
  };
  const prime = (d: number): EvidenceRow => {
    const points = POINTS.prime[profile];
    const counts = Array.from({ length: points }, (_, point) =>
      violated(atPrime(differences, d, seed, [id, "prime", d, point]), isTried(d)),
    );
    return row(`d = ${d}`, points, degreeOf(d) / LEAST_PRIME, {
      measured: Math.max(...counts),
      how: `residues at ${points} ${points === 1 ? "point" : "points"}, each modulo a prime of its own`,
      degree: degreeOf(d),
    });
  };
  if (degree !== undefined) {
    for (const d of dimensions) yield rational(d, POINTS.rational[profile]);
    return;
  }
  for (const d of RATIONAL_DIMENSIONS.filter((small) => dimensions.includes(small))) {
    yield rational(d, RATIONAL_POINTS);
  }
  if (!dimensions.some((d) => RATIONAL_DIMENSIONS.includes(d)))
    yield rational(dimensions[0]!, RATIONAL_POINTS);
  for (const d of dimensions) yield prime(d);
}

function row(
  label: string,
  points: number,
  chanceAtOne: number,
  { measured, how, degree }: { readonly measured: number; readonly how: string; readonly degree: number },
): EvidenceRow {
  const chance = chanceAtOne ** points;
  return {
    label,
    predicted: 0,
    measured,
    deviation: measured,
    tolerance: 0,
    reason: `${how}; degree at most ${degree}, so a false identity passes with probability below ${chance.toExponential(0)}`,
    conclusive: chance < 1e-3,
  };
}

/** At a point where something that is divided by is zero, another point is drawn. */
function atPrime(
  differences: IdentityEvidence["differences"],
  dimension: number,
  seed: number,
  names: readonly (string | number)[],
): { readonly draw: PrimeDraw; readonly differences: Differences } {
  for (let attempt = 0; ; attempt += 1) {
    const draw = new PrimeDraw(dimension, seed, streamOf(...names, attempt));
    try {
      return { draw, differences: differences(draw) };
    } catch (error) {
      if (!(error instanceof NoInverse) || attempt === 9) throw error;
    }
  }
}

/** How many of the equations do not hold. */
function violated({ draw, differences }: ReturnType<typeof atPrime>, tried: boolean): number {
  const equations = equationsOf(differences, tried);
  if (equations.length === 0) return Number.NaN;
  return equations.filter((value) => draw.field.sign(value) !== 0).length;
}

const equationsOf = ({ zero, solved, tried }: Differences, isTried: boolean): readonly Rational[] => [
  ...zero,
  ...(solved?.() ?? []),
  ...(isTried ? (tried?.() ?? []) : []),
];

/** The largest violation: how far from zero, or below zero. */
function violation(differences: Differences, tried: boolean): number {
  const { notNegative = [] } = differences;
  const equations = equationsOf(differences, tried);
  const signed = typeof notNegative === "function" ? notNegative() : notNegative;
  if (equations.length + signed.length === 0) return Number.NaN;
  const below = signed.filter((value) => RATIONAL.sign(value) < 0);
  return Math.max(0, ...[...equations, ...below].map((value) => Math.abs(RATIONAL.toNumber(value))));
}
