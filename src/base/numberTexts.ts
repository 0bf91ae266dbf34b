import { JsonError, lineOf } from "./strictJson";

/** Of valid JSON: its strings, and its numbers. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const LEAST_NORMAL = 2 ** -1022;

/** Whether a number is so near to 0 that floats have few digits of it, or none. */
export const isSubnormal = (value: number): boolean => Math.abs(value) < LEAST_NORMAL;

/**
 * Refuses JSON in which a number is so near to 0 that floats lose digits that stand there, all of them perhaps; what a program wrote of a
 * float that small is taken. One larger than all floats is infinite, and is refused by who reads its field. With `isExact` any number that
 * reads as another one is refused: whoever computes without rounding must not begin by it.
 * @throws JsonError naming the line and the number
 */
export function checkNumbers(json: string, isExact: boolean): void {
  for (const { 0: text, index } of json.matchAll(STRING_OR_NUMBER)) {
    if (text.startsWith('"')) continue;
    const fault = isExact ? faultOfRational(text) : faultOfFloat(text);
    if (fault !== undefined)
      throw new JsonError(`line ${lineOf(json, index)}: the number ${shown(text)} ${fault}`);
  }
}

const LONGEST = 40;
const shown = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`);

function faultOfFloat(text: string): string | undefined {
  return isSubnormal(Number(text)) && !readsAsItself(text)
    ? "is nearer to 0 than floats hold with all digits, 2.3e-308 at least"
    : undefined;
}

function faultOfRational(text: string): string | undefined {
  return readsAsItself(text)
    ? undefined
    : `has more digits than a number of JSON keeps: write it as a text, "${shown(text)}"`;
}

/** Whether the float that the text reads as would be written as the same number. */
function readsAsItself(text: string): boolean {
  const [meant, read] = [decimalOf(text), decimalOf(String(Number(text)))];
  return meant.digits === read.digits && meant.exponent === read.exponent;
}

/** The decimal digits of a number without zeros at either end, and the power of ten behind them; its sign is left out. */
function decimalOf(text: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = "", fraction = "", power = "0"] =
    /^-?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  const exponent = digits === "" ? 0 : Number(power) - fraction.length + all.length - digits.length;
  return { digits, exponent };
}
