import type { Rational } from "../algebra/numberField";
import type { IdentityDraw } from "./rationalDraw";

/** The two sides of an identity, subtracted: every number must be zero at every point. */
export interface Differences {
  readonly zero: readonly Rational[];
  /**
   * More of them for closed forms in which an inverse stands, of matrices that grow with d. That they hold in every dimension follows
   * from `zero`, which says that the linear system they solve is the right one.
   */
  readonly solved?: () => readonly Rational[];
  /** Equations claimed for the dimensions tried, up to {@link IdentityEvidence.tried}, and no others: ranks, for instance. */
  readonly tried?: () => readonly Rational[];
  /**
   * Numbers that must not be negative: pivots of a Hessian, gaps above a bound. Asked for at rational points only, because
   * residues have no sign.
   */
  readonly notNegative?: readonly Rational[] | (() => readonly Rational[]);
}

/** An identity as it is put to the test in exact arithmetic. */
export interface IdentityEvidence {
  /** What is compared, in words. */
  readonly compares: string;
  /** The dimensions d tried; unless told 1 to 8, and more where the theorem of docs/evidence.md needs them. */
  readonly dimensions?: readonly number[];
  /** Why the identity is claimed for the dimensions tried and no others. */
  readonly dimensionsOnly?: string;
  /** What `tried` of the differences is about, and up to which d it is tried. */
  readonly tried?: { readonly what: string; readonly upTo: number };
  /**
   * An upper bound for the degree of the differences' numerators in the numbers drawn. With it the identity is tried at rational
   * points alone, d = 1, 2, 3 unless told, and claimed for these; without it the degree is computed, and more is proved.
   */
  readonly degree?: (dimension: number) => number;
  /** Must compute with numbers of `draw.field` alone, and write d as `draw.d` where it is a number. */
  readonly differences: (draw: IdentityDraw) => Differences;
  readonly controls: readonly {
    readonly description: string;
    readonly differences: (draw: IdentityDraw) => Differences;
  }[];
}
