import { close } from "./agreement";
import { type AnswerValue, describeShape, type NumericAnswer } from "./answer";

/** A wrong answer beside the right one, at one input. */
export interface Comparison {
  readonly got: AnswerValue;
  readonly correct: AnswerValue;
  /** Largest difference that counts as equal. */
  readonly allowed: number;
}

// A relative difference below this is no wrong formula but a rounded number or an approximation.
const NEAR = 1e-3;

/**
 * In which way a wrong answer is wrong, as the end of a sentence that starts with "the answer": never the right value.
 * `others` are the comparisons at the other inputs: a factor or a term that is the same everywhere says more.
 */
export function howItDiffers(comparison: Comparison, others: readonly Comparison[]): string {
  const { got, correct } = comparison;
  if (got.kind === "neither") return describeNeither(got.is);
  if (!("entries" in got && "entries" in correct)) {
    if (got.kind !== correct.kind) return `is ${describeShape(got)}; ${describeShape(correct)} is asked for`;
    return got.kind === "text" ? "is another word than the right one" : "is wrong";
  }
  if (got.entries.some(Number.isNaN))
    return `is not a number (NaN)${entryIn(got, got.entries.findIndex(Number.isNaN))}: look for 0/0, for ∞ − ∞ and for values that are missing`;
  if (got.shape.join() !== correct.shape.join() || got.kind !== correct.kind)
    return `has the wrong shape: it is ${describeShape(got)}; ${describeShape(correct)} is asked for`;
  return describeNumbers({ got, correct, allowed: comparison.allowed }, others);
}

interface NumericComparison extends Comparison {
  readonly got: NumericAnswer;
  readonly correct: NumericAnswer;
}

function describeNeither(is: string): string {
  if (is === "nothing") return "is missing: the function returns nothing (is there a `return`?)";
  if (is === "a promise") return "is a promise: the function must not be async";
  return `is ${is}, which cannot be compared`;
}

function describeNumbers(comparison: NumericComparison, others: readonly Comparison[]): string {
  const { got, correct, allowed } = comparison;
  const at = got.entries.findIndex((entry, index) => !close(entry, correct.entries[index]!, allowed));
  const [entry, right] = [got.entries[at]!, correct.entries[at]!];
  if (!Number.isFinite(entry) && entry === -right) return `has the wrong sign${entryIn(got, at)}`;
  if (!Number.isFinite(entry))
    return `is infinite${entryIn(got, at)}: look for a division by zero or a number that grows too large`;
  if (!Number.isFinite(right)) return `is wrong${entryIn(got, at)}: take the limit by hand`;
  if (isZero(got) && !isZero(correct)) return "is zero, which it should not be";
  const direction = entry > right ? "large" : "small";
  const ratio = ratioOf(comparison);
  const everywhere = ratio !== undefined && sameEverywhere(ratio, others);
  if (!everywhere && got.kind === "number" && sameShift(entry - right, others))
    return `is too ${direction} by the same amount at every input: an additive term is ${entry > right ? "too much" : "missing"}`;
  if (ratio !== undefined) return describeFactor(ratio, everywhere, others.length > 0);
  if (isTransposed(comparison)) return "is transposed: rows and columns change places";
  if (isReordered(comparison)) return "has the right entries in another order";
  return `${wrongEntries(comparison)}is too ${direction}`;
}

/** got / correct, when one number stretches the whole right answer to the given one. */
function ratioOf({ got, correct, allowed }: NumericComparison): number | undefined {
  const largest = correct.entries.reduce(
    (best, entry, index) => (Math.abs(entry) > Math.abs(correct.entries[best]!) ? index : best),
    0,
  );
  if (Math.abs(correct.entries[largest]!) <= allowed) return undefined;
  const ratio = got.entries[largest]! / correct.entries[largest]!;
  const fits = got.entries.every((entry, index) =>
    close(entry, ratio * correct.entries[index]!, allowed * Math.max(1, Math.abs(ratio))),
  );
  return fits && ratio !== 0 ? ratio : undefined;
}

function describeFactor(ratio: number, everywhere: boolean, hasOthers: boolean): string {
  const size = Math.abs(ratio);
  const where = !hasOthers ? "" : everywhere ? " at every input" : " here, and by other factors elsewhere";
  if (Math.abs(size - 1) < NEAR) {
    if (ratio < 0) return `has the wrong sign${everywhere && hasOthers ? " at every input" : ""}`;
    return "is close, but not within the tolerance: was a number rounded, or is this an approximation?";
  }
  const direction =
    size > 1
      ? `too large by a factor of ${printFactor(size)}`
      : `too small by a factor of ${printFactor(1 / size)}`;
  return `is ${direction}${where}${ratio < 0 ? ", and has the wrong sign" : ""}`;
}

/** A factor that is a simple fraction as that, any other with two digits: enough to find it, not to work backwards. */
function printFactor(factor: number): string {
  for (let bottom = 1; bottom <= 6; bottom += 1) {
    const top = Math.round(factor * bottom);
    if (top <= 100 && Math.abs(factor * bottom - top) < 1e-6 * top)
      return bottom === 1 ? `${top}` : `${top}/${bottom}`;
  }
  return `about ${Number(factor.toPrecision(2))}`;
}

function sameEverywhere(ratio: number, others: readonly Comparison[]): boolean {
  return others.every((other) => {
    if (!isNumeric(other)) return false;
    const here = ratioOf(other);
    return here === undefined
      ? isZero(other.correct) && isZero(other.got)
      : close(here, ratio, 1e-6 * Math.abs(ratio));
  });
}

function sameShift(shift: number, others: readonly Comparison[]): boolean {
  if (others.length === 0) return false;
  return others.every(
    (other) =>
      isNumeric(other) &&
      close(other.got.entries[0]! - other.correct.entries[0]!, shift, other.allowed + 1e-6 * Math.abs(shift)),
  );
}

function isTransposed({ got, correct, allowed }: NumericComparison): boolean {
  if (got.kind !== "matrix" || got.shape[0] !== got.shape[1]) return false;
  const size = got.shape[0];
  return got.entries.every((entry, index) =>
    close(entry, correct.entries[(index % size) * size + Math.floor(index / size)]!, allowed),
  );
}

function isReordered({ got, correct, allowed }: NumericComparison): boolean {
  const [a, b] = [got.entries, correct.entries].map((entries) => [...entries].sort((x, y) => x - y));
  return a!.length > 1 && a!.every((entry, index) => close(entry, b![index]!, allowed));
}

function wrongEntries({ got, correct, allowed }: NumericComparison): string {
  if (got.kind === "number") return "";
  const wrong = [...got.entries.keys()].filter(
    (index) => !close(got.entries[index]!, correct.entries[index]!, allowed),
  );
  const count = `${wrong.length} of its ${got.entries.length} entries`;
  return `is wrong in ${count}; the first of them${entryIn(got, wrong[0]!)} `;
}

/** Where an entry stands, counted from 0 as in the code. */
function entryIn(value: NumericAnswer, index: number): string {
  if (value.kind === "number") return "";
  if (value.kind === "vector") return ` (entry [${index}])`;
  const columns = value.shape[1];
  return ` (entry [${Math.floor(index / columns)}][${index % columns}])`;
}

function isNumeric(comparison: Comparison): comparison is NumericComparison {
  const { got, correct } = comparison;
  return "entries" in got && "entries" in correct && got.shape.join() === correct.shape.join();
}

function isZero(value: NumericAnswer): boolean {
  return value.entries.every((entry) => entry === 0);
}
