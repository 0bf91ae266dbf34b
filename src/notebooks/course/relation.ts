import { scaleOf } from "./agreement";
import type { AnswerValue, NumericAnswer } from "./answer";

/**
 * Something that an answer may have in common with the right one without being it. Each is an equality of values derived
 * from both: a check can tell whether it holds, and never how far it is from holding.
 */
export type Relation =
  | { readonly name: "input"; readonly index: number }
  | { readonly name: "entry"; readonly index: number }
  | { readonly name: "factor" | "shift" | "order" };

/** Values with the size that a tolerance is relative to, one for each. */
export interface Scaled {
  readonly values: readonly AnswerValue[];
  readonly scales: readonly number[];
}

// A check computes a slow hash for each: more would keep a student waiting.
const MOST_INPUTS = 6;
const MOST_ENTRIES = 3;
// One ratio or difference alone is soon found by trying simple numbers.
const FEWEST_NUMBERS = 3;

/** The answers at all inputs. */
export function wholeOf(values: readonly AnswerValue[]): Scaled {
  return { values, scales: values.map((value) => scaleOf(value, values)) };
}

/** What has to be equal for the relation to hold; nothing where it has no meaning for such answers. */
export function derive(relation: Relation, answers: readonly AnswerValue[]): Scaled | undefined {
  const { values, scales } = wholeOf(answers);
  switch (relation.name) {
    case "input":
      return { values: [values[relation.index]!], scales: [scales[relation.index]!] };
    case "entry":
      return deriveEach(values, scales, ({ entries }) => [entries[relation.index] ?? Number.NaN]);
    case "order":
      return deriveEach(values, scales, ({ entries }) => [...entries].sort((a, b) => a - b));
    case "factor":
      return relative(values, (entry, first) => entry / first);
    case "shift":
      return values.every(({ kind }) => kind === "number")
        ? relative(values, (entry, first) => entry - first)
        : undefined;
  }
}

/** The relations that may be asked of a check with this right answer. */
export function relationsOf(correct: readonly AnswerValue[]): readonly Relation[] {
  const numeric = correct.filter((value): value is NumericAnswer => "entries" in value);
  const inputs: readonly Relation[] =
    correct.length > 1 && correct.length <= MOST_INPUTS
      ? correct.map((_, index) => ({ name: "input", index }))
      : [];
  if (numeric.length < correct.length) return inputs;
  const lengths = new Set(numeric.map(({ kind, shape }) => `${kind} ${shape.join()}`));
  const [length = 0] = numeric.map(({ entries }) => entries.length);
  const hasEntries = lengths.size === 1 && length > 1 && length <= MOST_ENTRIES;
  return [
    ...inputs,
    ...(hasEntries ? Array.from({ length }, (_, index): Relation => ({ name: "entry", index })) : []),
    ...(numeric.some(({ entries }) => entries.length > 1) ? [{ name: "order" } as const] : []),
    { name: "factor" },
    { name: "shift" },
  ];
}

/** Such as `input 0`. */
export function relationName(relation: Relation): string {
  return "index" in relation ? `${relation.name} ${relation.index}` : relation.name;
}

function deriveEach(
  values: readonly AnswerValue[],
  scales: readonly number[],
  part: (value: NumericAnswer) => readonly number[],
): Scaled | undefined {
  const numeric = values.filter((value): value is NumericAnswer => "entries" in value);
  if (numeric.length < values.length) return undefined;
  return { values: numeric.map((value) => vectorOf(part(value))), scales };
}

/** Every number beside the first. */
function relative(
  values: readonly AnswerValue[],
  compare: (entry: number, first: number) => number,
): Scaled | undefined {
  const entries = values.flatMap((value) => ("entries" in value ? value.entries : [Number.NaN]));
  const [first = 0, ...others] = entries;
  const compared = others.map((entry) => compare(entry, first));
  const isUseful =
    compared.length >= FEWEST_NUMBERS - 1 &&
    compared.every(Number.isFinite) &&
    compared.some((entry) => entry !== 0);
  return isUseful ? wholeOf([vectorOf(compared)]) : undefined;
}

function vectorOf(entries: readonly number[]): AnswerValue {
  return { kind: "vector", shape: [entries.length], entries };
}
