import { type Rational, ratioToNumber } from "./rational";

/** The arithmetic and the order of a field, without what formulas are evaluated with: loading it brings no mathjs. */
export interface OrderedField<T> {
  readonly name: "float" | "rational" | "prime" | "bounds";
  readonly zero: T;
  readonly one: T;
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  /** −1, 0 or 1. */
  sign(a: T): number;
  toNumber(a: T): number;
}

/** Double-precision numbers. */
export const FLOATS: OrderedField<number> = {
  name: "float",
  zero: 0,
  one: 1,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  sign: Math.sign,
  toNumber: (a) => a,
};

/** The field of a rational; its own operations make the others, so that no library of numbers is needed. */
export function fieldOfRational(value: Rational): OrderedField<Rational> {
  const zero = value.sub(value);
  return {
    name: "rational",
    zero,
    one: zero.add(1),
    add: (a, b) => a.add(b),
    subtract: (a, b) => a.sub(b),
    multiply: (a, b) => a.mul(b),
    divide: (a, b) => a.div(b),
    sign: (a) => (a.n === 0n ? 0 : Number(a.s)),
    toNumber: (a) => ratioToNumber({ numerator: a.s * a.n, denominator: a.d }),
  };
}

/**
 * The field of a float or of a rational; undefined for residues and bounds of degrees, which stand in for rationals in checks of
 * identities and have no order.
 */
export function orderedFieldOf<T>(value: T): OrderedField<T> | undefined {
  if (typeof value === "number") return FLOATS as unknown as OrderedField<T>;
  // mathjs marks its fractions so.
  if ((value as { readonly isFraction?: unknown }).isFraction !== true) return undefined;
  return fieldOfRational(value as unknown as Rational) as unknown as OrderedField<T>;
}
