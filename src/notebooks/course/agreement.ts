import type { AnswerValue } from "./answer";

// A value that is zero but for rounding must not be compared with itself alone.
const SMALL_SHARE = 1e-6;

/**
 * The size that a tolerance is relative to: the largest entry of the value, but at least a millionth of the largest entry at
 * any input, and 1 when all are zero.
 */
export function scaleOf(value: AnswerValue, all: readonly AnswerValue[]): number {
  const overall = Math.max(0, ...all.map(largestEntry));
  return Math.max(largestEntry(value), SMALL_SHARE * overall) || 1;
}

/** Whether two answers are the same: of one kind and shape, numbers within tolerance × scale. */
export function agree(got: AnswerValue, expected: AnswerValue, tolerance: number, scale: number): boolean {
  if ("value" in got || "value" in expected)
    return "value" in got && "value" in expected && got.value === expected.value;
  if (!("entries" in got && "entries" in expected)) return false;
  return (
    got.kind === expected.kind &&
    got.shape.join() === expected.shape.join() &&
    got.entries.every((entry, index) =>
      close(entry, expected.entries[index] ?? Number.NEGATIVE_INFINITY, tolerance * scale),
    )
  );
}

/** Whether two numbers differ by at most `allowed`; an infinity agrees with itself alone, NaN (a mistake) with NaN. */
function close(got: number, expected: number, allowed: number): boolean {
  return (
    Object.is(got, expected) ||
    got === expected ||
    (Number.isFinite(expected) && Math.abs(got - expected) <= allowed)
  );
}

function largestEntry(value: AnswerValue): number {
  if (!("entries" in value)) return 0;
  return value.entries.reduce(
    (largest, entry) => (Number.isFinite(entry) ? Math.max(largest, Math.abs(entry)) : largest),
    0,
  );
}
