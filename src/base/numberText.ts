import { InputError } from "./inputError";

/** Significant digits that words, tables and figures show unless told. */
export const SHOWN_DIGITS = 4;

/** Numbers that are that much smaller than those they were computed from are rounding errors: a few units of the last place of a double. */
const ROUNDING = 1e-15;
const LARGEST_PLAIN = 1e6;
const SMALLEST_PLAIN = 1e-4;
const LARGEST_WHOLE = 1e9;

/**
 * A number as a reader sees it, the same in sentences, tables and figures: so many significant digits without zeros at the end, whole
 * numbers in full, very large and very small ones as 6.65 × 10¹⁹, a true minus sign, ∞, and a dash for what is not a number. What is
 * below 10⁻¹⁵ of `scale`, the size of the numbers it was computed from, is rounding and reads as 0.
 * @throws InputError when `digits` is no whole number from 1 to 100.
 * @example
 * console.log(shownNumber(-66502000), shownNumber(0.123456)); // −66502000 0.1235
 */
export function shownNumber(value: number, digits = SHOWN_DIGITS, scale = 1): string {
  requireDigits(digits);
  if (Number.isNaN(value)) return "–";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (isRounding(value, scale)) return "0";
  if (Number.isInteger(size) && size < LARGEST_WHOLE) return `${sign}${size}`;
  const rounded = Number(size.toPrecision(digits));
  if (rounded >= SMALLEST_PLAIN && rounded < LARGEST_PLAIN) return `${sign}${rounded}`;
  return powerOfTen(value, digits);
}

/** What a float can be written with. @throws InputError naming `digits`. */
export function requireDigits(digits: number): void {
  if (!(Number.isInteger(digits) && digits >= 1 && digits <= 100))
    throw new InputError("digits", digits, "an integer from 1 to 100");
}

/** Whether a number is what rounding leaves of zero, beside numbers of the size `scale`. */
export function isRounding(value: number, scale = 1): boolean {
  return Math.abs(value) < ROUNDING * scale;
}

/**
 * A difference of numbers of the size `scale`, each of which is the end of a long computation: below 10⁻¹² of that size it is 0, as it
 * would be in exact arithmetic.
 * @throws InputError as {@link shownNumber}.
 */
export function shownDifference(value: number, scale: number, digits = SHOWN_DIGITS): string {
  requireDigits(digits);
  return isNothing(value, scale) ? "0" : shownNumber(value, digits, scale);
}

/** Whether a difference of numbers of the size `scale` is what rounding in a long computation leaves of zero. */
export function isNothing(value: number, scale: number): boolean {
  return Math.abs(value) <= 1e-12 * Math.abs(scale);
}

/** The number after {@link shownNumber}. */
export function readShownNumber(text: string): number {
  if (text === "–") return Number.NaN;
  const [mantissa = "", power = ""] = text.replace("−", "-").replace("∞", "Infinity").split(" × 10");
  const exponent = [...power].map((letter) => (letter === "⁻" ? "-" : SUPERSCRIPTS.indexOf(letter))).join("");
  return Number(exponent === "" ? mantissa : `${mantissa}e${exponent}`);
}

/** Writes numbers such as 1e-9 in running text as a reader knows them: 10⁻⁹; what stands between backticks stays. */
export function readablePowers(text: string): string {
  return text.replace(
    /`[^`]*`|(?<![\p{L}\d._])(\d+(?:\.\d+)?)e([+-]?\d+)(?![\p{L}\d_]|\.\d)/gu,
    (whole, mantissa: string | undefined, exponent: string) =>
      mantissa === undefined ? whole : powerText(mantissa, Number(exponent)),
  );
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A finite number other than 0 as a × 10ⁿ. @throws InputError when it is none, or as {@link shownNumber}. */
export function powerOfTen(value: number, digits = SHOWN_DIGITS): string {
  requireDigits(digits);
  if (!Number.isFinite(value) || value === 0)
    throw new InputError("value", value, "a finite number other than 0");
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  const [mantissa = "", exponent = ""] = size.toExponential(digits - 1).split("e");
  return `${sign}${powerText(String(Number(mantissa)), Number(exponent))}`;
}

function powerText(mantissa: string, exponent: number): string {
  const raised = [...String(exponent)]
    .map((sign) => (sign === "-" ? "⁻" : SUPERSCRIPTS[Number(sign)]))
    .join("");
  return mantissa === "1" ? `10${raised}` : `${mantissa} × 10${raised}`;
}
