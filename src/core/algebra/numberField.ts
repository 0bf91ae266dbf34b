import { type Mathematics, mathematics } from "./mathematics";
import { FLOATS, fieldOfRational, type OrderedField } from "./orderedField";
import { type Rational, ratioToNumber, readRatio } from "./rational";

export type { Rational } from "./rational";

/**
 * The numbers a formula is computed with. The same code runs over floats and over exact rationals: matrix expressions go
 * through `math` (a mathjs instance whose literals are of this field), scalar steps through the typed operations.
 */
export interface NumberField<T> extends OrderedField<T> {
  readonly math: Mathematics;
  /** Reads a finite number, or text such as `"3/10"`; undefined when it is neither. */
  read(value: number | string): T | undefined;
  /** The element for a whole number or a decimal known to be well formed. Throws a RangeError otherwise. */
  from(value: number | string): T;
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
  ...FLOATS,
  math: mathematics("number"),
  read: readFloat,
  from: fromOrThrow(readFloat),
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
  ...fieldOfRational(rational(1n, 1n)),
  math: rationalMath,
  read: readRational,
  from: fromOrThrow(readRational),
};
