import { RATIONAL, type Rational } from "../algebra/numberField";
import type { Profile } from "./claim";
import { RationalDraw, SAMPLE_SIZE } from "./rationalDraw";
import { type ControlResult, type EvidenceResult, judge } from "./result";
import { streamOf } from "./stream";

/** The two sides of an identity, subtracted: every number must be zero at every point. */
export interface Differences {
  readonly zero: readonly Rational[];
  /** Numbers that must not be negative: pivots of a Hessian, gaps above a bound. */
  readonly notNegative?: readonly Rational[];
}

/** An identity as it is put to the test in exact arithmetic. */
export interface IdentityEvidence {
  /** What is compared, in words. */
  readonly compares: string;
  /** The dimensions d tried; 1, 2 and 3 unless told. */
  readonly dimensions?: readonly number[];
  /** An upper bound for the degree of the differences' numerators in the numbers drawn. */
  readonly degree: (dimension: number) => number;
  readonly differences: (draw: RationalDraw) => Differences;
  readonly controls: readonly {
    readonly description: string;
    readonly differences: (draw: RationalDraw) => Differences;
  }[];
}

const POINTS: Readonly<Record<Profile, number>> = { full: 6, quick: 2 };

/**
 * Tries an identity in exact arithmetic at random points. A polynomial of degree at most D that is not zero vanishes at a
 * point drawn evenly from S values a coordinate with probability at most D/S (Schwartz 1980, Zippel 1979), so at k
 * independent points with probability at most (D/S)^k: that is the chance that a false identity passes.
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
export function runIdentity(
  id: string,
  evidence: IdentityEvidence,
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
): EvidenceResult {
  const { dimensions = [1, 2, 3], degree, compares } = evidence;
  const points = POINTS[profile];
  const largest = (differences: IdentityEvidence["differences"], dimension: number): number =>
    Math.max(
      ...Array.from({ length: points }, (_, point) =>
        violation(differences(new RationalDraw(dimension, seed, streamOf(id, "identity", dimension, point)))),
      ),
    );
  const rows = dimensions.map((dimension) => {
    const measured = largest(evidence.differences, dimension);
    const chance = (degree(dimension) / SAMPLE_SIZE) ** points;
    return {
      label: `d = ${dimension}`,
      predicted: 0,
      measured,
      deviation: measured,
      tolerance: 0,
      reason: `exact arithmetic at ${points} points; degree at most ${degree(dimension)}, so a false identity passes with probability below ${chance.toExponential(0)}`,
      conclusive: chance < 1e-3,
    };
  });
  const controls: ControlResult[] = evidence.controls.map(({ description, differences }) => {
    const deviation = Math.max(...dimensions.map((dimension) => largest(differences, dimension)));
    return { description, rejected: deviation > 0, deviation };
  });
  return { kind: "identity", verdict: judge(rows, controls), method: compares, seed, rows, controls };
}

/** The largest violation: how far from zero, or below zero. */
function violation({ zero, notNegative = [] }: Differences): number {
  if (zero.length + notNegative.length === 0) return Number.NaN;
  const below = notNegative.filter((value) => RATIONAL.sign(value) < 0);
  return Math.max(0, ...[...zero, ...below].map((value) => Math.abs(RATIONAL.toNumber(value))));
}
