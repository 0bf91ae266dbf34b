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

/** From here on learning from examples counts as preserved, below {@link LOST} as lost, and above {@link MORE} as more than before. */
export const PRESERVED = 0.9;
export const LOST = 0.1;
export const MORE = 1.1;

/**
 * What fine-tuning left of learning from examples, in words. `share` is the gain of the model (the weight that the task of the examples has
 * in its answer, lesson 5) over that of the pretrained model. The risk would not do as a yardstick: on the target the memory makes it small
 * without a look at any label, and on the opposite it makes it large though labels are read as before.
 */
export function learningVerdict(share: number): string {
  if (share < LOST) return "learning from examples is lost";
  if (share < 0.5) return "less than half of the learning from examples is left";
  if (share < PRESERVED) return "most of the learning from examples is left";
  if (share <= MORE) return "learning from examples is preserved";
  return "examples count for more than before";
}
