import { agree } from "./agreement";
import type { AnswerShape, AnswerValue } from "./answer";
import { guessesFor } from "./guesses";
import { countNumbers, resolutionOf } from "./quantise";
import { derive, type Relation, relationName, relationsOf, type Scaled, wholeOf } from "./relation";

/** What a check knows, in numbers: the right answers and those of known mistakes, at every input. */
export interface CheckValues {
  readonly correct: readonly AnswerValue[];
  readonly mistakes: readonly { readonly says: string; readonly values: readonly AnswerValue[] }[];
  /** Relative to the largest entry. */
  readonly tolerance: number;
}

/** What answers are, all inputs taken together: right, or a known mistake. */
export type Recognised = { readonly kind: "right" } | { readonly kind: "mistake"; readonly says: string };

/**
 * What a check may ask. Every question is one of equality, so that nothing is learned from an answer that is not the right
 * one in some respect: no direction, no distance, no factor, each of which would lead to the right value in a few steps.
 */
export interface AnswerKey {
  readonly shapes: readonly AnswerShape[];
  /** Whether some right answer is infinite; at which input is not said. */
  readonly mayBeInfinite: boolean;
  readonly recognise: (answers: readonly AnswerValue[]) => Recognised | undefined;
  /** Nothing where the check does not tell. */
  readonly holds: (relation: Relation, answers: readonly AnswerValue[]) => boolean | undefined;
}

/**
 * A relation is told when it takes at least so many tries to find it by guessing: at a twentieth of a second each, half
 * a day and more. A whole number below a hundred is found in seconds, so a check does not say at which input one is right.
 */
export const FEWEST_GUESSES = 1e6;

/** The relations that a check tells, with what has to be equal. */
export function toldRelations({
  correct,
  tolerance,
}: CheckValues): readonly { readonly relation: Relation; readonly of: Scaled }[] {
  return relationsOf(correct).flatMap((relation) => {
    const of = derive(relation, correct);
    if (of === undefined) return [];
    const resolution = resolutionOf(tolerance, countNumbers(of));
    return guessesFor(of.values, resolution) >= FEWEST_GUESSES ? [{ relation, of }] : [];
  });
}

export function shapesOf(correct: readonly AnswerValue[]): readonly AnswerShape[] {
  return correct.map((value) =>
    "shape" in value ? { kind: value.kind, shape: value.shape } : { kind: value.kind },
  );
}

export function hasInfinity(correct: readonly AnswerValue[]): boolean {
  return correct.some((value) => "entries" in value && !value.entries.every(Number.isFinite));
}

/** The key of whoever may know the answers: a lesson with its solutions, or a grader. */
export function openKey(values: CheckValues): AnswerKey {
  const { correct, mistakes, tolerance } = values;
  const told = new Map(toldRelations(values).map(({ relation, of }) => [relationName(relation), of]));
  const same = (got: readonly AnswerValue[], { values: expected, scales }: Scaled) =>
    got.length === expected.length &&
    got.every((value, at) => agree(value, expected[at]!, tolerance, scales[at]!));
  const { scales } = wholeOf(correct);
  return {
    shapes: shapesOf(correct),
    mayBeInfinite: hasInfinity(correct),
    recognise: (answers) => {
      if (same(answers, { values: correct, scales })) return { kind: "right" };
      const known = mistakes.find((mistake) => same(answers, { values: mistake.values, scales }));
      return known && { kind: "mistake", says: known.says };
    },
    holds: (relation, answers) => {
      const expected = told.get(relationName(relation));
      if (expected === undefined) return undefined;
      const got = derive(relation, answers);
      return got !== undefined && same(got.values, expected);
    },
  };
}
