/** A number or text that a rational can be combined with. */
export type RationalInput = Rational | number | bigint | string;

/**
 * An exact rational of unlimited size, s·n/d in lowest terms (fraction.js). Operations return new values. Checks of identities put
 * other exact numbers in its place: residues modulo a prime, and bounds of degrees.
 */
export interface Rational {
  /** Sign: −1, 0 or 1. */
  readonly s: bigint;
  readonly n: bigint;
  readonly d: bigint;
  abs(): Rational;
  neg(): Rational;
  inverse(): Rational;
  add(other: RationalInput): Rational;
  sub(other: RationalInput): Rational;
  mul(other: RationalInput): Rational;
  div(other: RationalInput): Rational;
  pow(exponent: RationalInput): Rational;
  equals(other: RationalInput): boolean;
  lt(other: RationalInput): boolean;
  lte(other: RationalInput): boolean;
  gt(other: RationalInput): boolean;
  gte(other: RationalInput): boolean;
  compare(other: RationalInput): number;
  /** The nearest float. */
  valueOf(): number;
  toString(decimalPlaces?: number): string;
  /** Such as `"3/10"`. */
  toFraction(showMixed?: boolean): string;
}

/** An exact fraction as numerator and positive denominator, before the number library sees it. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const RATIO = /^([+-]?\d+)\s*\/\s*(\d+)$/;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i;

/**
 * Reads `"3/10"`, `"-2"`, `"0.25"` or `"1e-3"` exactly. A JavaScript number stands for the decimal it prints as, so
 * `0.1` is 1/10 and not the binary fraction next to it. Returns undefined for anything else, a zero denominator included.
 */
export function readRatio(value: number | string): Ratio | undefined {
  const text = String(value).trim();
  const ratio = RATIO.exec(text);
  if (ratio !== null) {
    const denominator = BigInt(ratio[2]!);
    return denominator === 0n ? undefined : { numerator: BigInt(ratio[1]!), denominator };
  }
  const decimal = DECIMAL.exec(text);
  if (decimal === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = decimal;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const power = Number(exponent) - fraction.length;
  return {
    numerator: (sign === "-" ? -digits : digits) * 10n ** BigInt(Math.max(power, 0)),
    denominator: 10n ** BigInt(Math.max(-power, 0)),
  };
}

/**
 * The float nearest to a ratio, also when numerator and denominator are too large for floats themselves: 64 or more
 * leading bits of the quotient, the last one sticky, so that rounding happens once (results below 1e-300 may lose a bit).
 */
export function ratioToNumber({ numerator, denominator }: Ratio): number {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const shift = 64 - bitLength(size) + bitLength(denominator);
  const [dividend, divisor] =
    shift >= 0 ? [size << BigInt(shift), denominator] : [size, denominator << BigInt(-shift)];
  const quotient = dividend / divisor;
  const sticky = quotient * divisor === dividend ? quotient : quotient | 1n;
  // Two factors, because 2^shift alone may leave the range of floats.
  const half = Math.trunc(shift / 2);
  const result = Number(sticky) * 2 ** -half * 2 ** (half - shift);
  return negative ? -result : result;
}

/** Up to three more than the number of bits: hexadecimal digits are four bits each. */
function bitLength(value: bigint): number {
  return value.toString(16).length * 4;
}

/** `"3/10"`, or `"3"` for a whole number. */
export function printRational(value: Rational): string {
  const numerator = value.s * value.n;
  return value.d === 1n ? `${numerator}` : `${numerator}/${value.d}`;
}
