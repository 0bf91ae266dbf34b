import { type Mathematics, mathematics } from "./mathematics";
import { type Rational, ratioToNumber, readRatio } from "./rational";

export type { Rational } from "./rational";

/**
 * The numbers a formula is computed with. The same code runs over floats and over exact rationals: matrix expressions go
 * through `math` (a mathjs instance whose literals are of this field), scalar steps through the typed operations.
 */
export interface NumberField<T> {
  readonly name: "float" | "rational" | "prime" | "bounds";
  readonly math: Mathematics;
  readonly zero: T;
  readonly one: T;
  /** Reads a finite number, or text such as `"3/10"`; undefined when it is neither. */
  read(value: number | string): T | undefined;
  /** The element for a whole number or a decimal known to be well formed. Throws a RangeError otherwise. */
  from(value: number | string): T;
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  /** −1, 0 or 1. */
  sign(a: T): number;
  toNumber(a: T): number;
}

function fromOrThrow<T>(read: (value: number | string) => T | undefined): (value: number | string) => T {
  return (value) => {
    const result = read(value);
    if (result === undefined) throw new RangeError(`not a number of this field: ${value}`);
    return result;
  };
}

function readFloat(value: number | string): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const ratio = readRatio(value);
  if (ratio === undefined) return undefined;
  const result = ratioToNumber(ratio);
  return Number.isFinite(result) ? result : undefined;
}

/** Double-precision numbers. */
export const FLOAT: NumberField<number> = {
  name: "float",
  math: mathematics("number"),
  zero: 0,
  one: 1,
  read: readFloat,
  from: fromOrThrow(readFloat),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  sign: Math.sign,
  toNumber: (a) => a,
};

const rationalMath = mathematics("Fraction");

const rational = (numerator: bigint, denominator: bigint): Rational =>
  rationalMath.fraction(numerator, denominator) as Rational;

function readRational(value: number | string): Rational | undefined {
  const ratio = readRatio(value);
  return ratio === undefined ? undefined : rational(ratio.numerator, ratio.denominator);
}

/** Exact rationals of unlimited size: nothing is ever rounded. */
export const RATIONAL: NumberField<Rational> = {
  name: "rational",
  math: rationalMath,
  zero: rational(0n, 1n),
  one: rational(1n, 1n),
  read: readRational,
  from: fromOrThrow(readRational),
  add: (a, b) => a.add(b),
  subtract: (a, b) => a.sub(b),
  multiply: (a, b) => a.mul(b),
  divide: (a, b) => a.div(b),
  sign: (a) => (a.n === 0n ? 0 : Number(a.s)),
  toNumber: (a) => ratioToNumber({ numerator: a.s * a.n, denominator: a.d }),
};
