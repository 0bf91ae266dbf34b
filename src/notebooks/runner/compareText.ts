/**
 * Comparison of printed text in which numbers may differ by what printing or rounding can do.
 *
 * Two numbers agree when they differ by at most one unit of the last digit of the one printed with more decimals (two
 * nearby values may round to neighbours), or by 1e-12 of their size (two doubles printed in full that differ by
 * rounding errors of the computation). Integers must be equal.
 */

// Not inside words: x1, 3d, 1.2.3 are text.
const NUMBER = /(?<![\p{L}\p{N}_.])[-+−]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_]|\.\d)/gu;

const ROUNDOFF = 1e-12;

/** The first line in which two texts differ, or nothing. */
export function compareText(stored: string, got: string): TextDifference | undefined {
  const storedLines = stored.split("\n");
  const gotLines = got.split("\n");
  for (let line = 0; line < Math.max(storedLines.length, gotLines.length); line += 1) {
    const before = storedLines[line];
    const now = gotLines[line];
    if (before === undefined || now === undefined || !linesAgree(before, now))
      return { line: line + 1, stored: before, got: now };
  }
  return undefined;
}

export interface TextDifference {
  /** From 1. */
  readonly line: number;
  /** Nothing when the text ends before this line. */
  readonly stored: string | undefined;
  readonly got: string | undefined;
}

function linesAgree(stored: string, got: string): boolean {
  if (stored === got) return true;
  const storedNumbers = stored.match(NUMBER) ?? [];
  const gotNumbers = got.match(NUMBER) ?? [];
  return (
    storedNumbers.length === gotNumbers.length &&
    textBetween(stored) === textBetween(got) &&
    storedNumbers.every((number, index) => numbersAgree(number, gotNumbers[index] ?? ""))
  );
}

/** Where two lines that do not agree first differ: in a number that moved, or else in the first other character. */
export function placeOfDifference(
  stored: string,
  got: string,
): { readonly stored: number; readonly got: number } {
  const [before, now] = [[...stored.matchAll(NUMBER)], [...got.matchAll(NUMBER)]];
  if (before.length === now.length && textBetween(stored) === textBetween(got)) {
    const moved = before.findIndex((match, index) => !numbersAgree(match[0], now[index]![0]));
    if (moved >= 0) return { stored: before[moved]!.index, got: now[moved]!.index };
  }
  let at = 0;
  while (at < stored.length && stored[at] === got[at]) at += 1;
  return { stored: at, got: at };
}

/** The line without its numbers and the blanks around them, which align columns. */
function textBetween(line: string): string {
  return line.replace(NUMBER, "\0").replace(/ *\0 */g, "\0");
}

function numbersAgree(stored: string, got: string): boolean {
  const first = readNumber(stored);
  const second = readNumber(got);
  if (first.value === second.value) return true;
  const difference = Math.abs(first.value - second.value);
  const size = Math.max(Math.abs(first.value), Math.abs(second.value));
  if (first.decimals === 0 && second.decimals === 0) return false;
  const unit = Math.min(first.unit, second.unit);
  // Decimal numbers one unit apart differ as doubles by a little more or less than that unit.
  return difference <= Math.max(unit * (1 + 1e-6), size * ROUNDOFF);
}

function readNumber(text: string) {
  const [mantissa = "", exponent = "0"] = text.replace("−", "-").split(/e/i);
  const decimals = mantissa.split(".")[1]?.length ?? 0;
  return {
    value: Number(`${mantissa}e${exponent}`),
    decimals,
    /** What one step of the last printed digit is worth. */
    unit: 10 ** (Number(exponent) - decimals),
  };
}
