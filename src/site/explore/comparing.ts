/** What is compared in words counts as equal when it differs by less than this share: rounding, not an effect. */
const EQUAL = 1e-9;

/** −1 where `value` is below `other`, 1 where it is above, 0 where they differ by rounding only. */
export function compare(value: number, other: number): -1 | 0 | 1 {
  if (Math.abs(value - other) <= EQUAL * Math.max(Math.abs(value), Math.abs(other))) return 0;
  return value < other ? -1 : 1;
}

/** One of three words: for a value below, at and above another. */
export function wordFor(
  value: number,
  other: number,
  [below, same, above]: readonly [string, string, string],
): string {
  return [below, same, above][compare(value, other) + 1]!;
}

export function examplesText(shots: number): string {
  return shots === 1 ? "1 example" : `${shots} examples`;
}

/** A share as a percentage: a whole number, or with one decimal where it would otherwise look like nothing or everything. */
export function percentText(share: number): string {
  const percent = 100 * share;
  const isNearEnd = Math.abs(percent) < 1 || Math.abs(percent - 100) < 1;
  const text = percent.toFixed(isNearEnd ? 1 : 0).replace(/\.0$/, "");
  return `${text.replace(/^-0$/, "0").replace("-", "−")} %`;
}

/**
 * How much of the pretrained model's learning from examples another model does: the way of its risk with endless examples from the risk of
 * knowing nothing (the pretrained model without examples) to the pretrained model's with endless examples. 1 is all; 0 is nothing; below 0
 * it is further off than knowing nothing.
 */
export function shareOfLearning(
  pretrained: (shots: 0 | "infinity") => number,
  withEndlessExamples: number,
): number {
  return (pretrained(0) - withEndlessExamples) / (pretrained(0) - pretrained("infinity"));
}

/** From here on learning from examples counts as preserved, below {@link LOST} as lost. */
export const PRESERVED = 0.9;
export const LOST = 0.1;

/** The share in words. After value-only fine-tuning examples are read as before (lesson 5): what is missing there is the bias of the memory. */
export function learningVerdict(share: number, readsAsBefore = false): string {
  if (share >= PRESERVED) return "learning from examples is preserved";
  if (readsAsBefore && share < PRESERVED) return benefitBesideBias(share);
  if (share >= 0.5) return "most of the learning from examples is left";
  if (share >= LOST) return "less than half of the learning from examples is left";
  return "learning from examples is lost";
}

function benefitBesideBias(share: number): string {
  const left = share >= 0.5 ? "most" : share >= LOST ? "less than half" : undefined;
  return left === undefined
    ? "what they teach, read as before, is lost to the bias of the memory"
    : `${left} of what they teach is left beside the bias of the memory`;
}
