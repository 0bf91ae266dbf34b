import type { Fraction } from "fraction.js";

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

/** `"3/10"`, or `"3"` for a whole number. */
export function printRational(value: Fraction): string {
  const numerator = value.s * value.n;
  return value.d === 1n ? `${numerator}` : `${numerator}/${value.d}`;
}
