import type { FittedRegime } from "../fittedRegimes";
import type { SplitResult, UnitResult } from "./unit";

/** A qualitative statement of the theory, as a difference of measured errors that is positive where it holds. */
export interface Statement {
  readonly id: string;
  readonly says: string;
  /** On the target column, or on each of the other label columns. */
  readonly on: "target" | "other";
  readonly effect: (error: (regime: FittedRegime, shots: number) => number) => number;
  /** Whether it speaks only of columns for which the theory itself says so: its own effect is positive. */
  readonly whereTheorySaysSo?: true;
}

const MANY = 20;

/** What the theory says of fine-tuning on a column of a table, each to be tried on real data. */
export const STATEMENTS: readonly Statement[] = [
  {
    id: "full-forgets",
    says: "All parameters: the error at 20 shots on other columns rises above that of the pretrained model",
    on: "other",
    effect: (error) => error("zero-shot-full", MANY) - error("pretrained", MANY),
  },
  {
    id: "full-overshoots",
    says: "All parameters: 20 examples make the target worse than none",
    on: "target",
    effect: (error) => error("zero-shot-full", MANY) - error("zero-shot-full", 0),
  },
  {
    id: "full-learns",
    says: "All parameters: the zero-shot error on the target falls below the pretrained one",
    on: "target",
    effect: (error) => error("pretrained", 0) - error("zero-shot-full", 0),
  },
  {
    id: "value-learns",
    says: "Value matrix only: the zero-shot error on the target falls below the pretrained one",
    on: "target",
    effect: (error) => error("pretrained", 0) - error("zero-shot-value", 0),
  },
  {
    id: "value-still-reads-examples",
    says: "Value matrix only: 20 examples make other columns better than none",
    on: "other",
    effect: (error) => error("zero-shot-value", 0) - error("zero-shot-value", MANY),
  },
  {
    id: "value-forgets",
    says: "Value matrix only: the error at 20 shots on other columns rises above that of the pretrained model",
    on: "other",
    effect: (error) => error("zero-shot-value", MANY) - error("pretrained", MANY),
  },
  {
    id: "value-forgets-less-than-full",
    says: "Value matrix only: the error at 20 shots on other columns stays below that of all parameters",
    on: "other",
    effect: (error) => error("zero-shot-full", MANY) - error("zero-shot-value", MANY),
  },
  {
    id: "auxiliary-helps-target",
    says: "Auxiliary loss on the value matrix: the target at 20 shots becomes better than without it",
    on: "target",
    effect: (error) => error("zero-shot-value", MANY) - error("auxiliary-value", MANY),
  },
  {
    id: "auxiliary-hurts-where-predicted",
    says: "Auxiliary loss on the value matrix: other columns at 20 shots become worse where the theory says so",
    on: "other",
    effect: (error) => error("auxiliary-value", MANY) - error("zero-shot-value", MANY),
    whereTheorySaysSo: true,
  },
  {
    id: "auxiliary-helps-where-predicted",
    says: "Auxiliary loss on the value matrix: other columns at 20 shots become better where the theory says so",
    on: "other",
    effect: (error) => error("zero-shot-value", MANY) - error("auxiliary-value", MANY),
    whereTheorySaysSo: true,
  },
];

/** The errors of one split by regime and shots on one label: measured, or predicted by the Gaussian theory. */
export function errorsOf(split: SplitResult, label: string, column: "measured" | "gaussian") {
  return (regime: FittedRegime, shots: number): number =>
    split.errors.find((row) => row.regime === regime && row.label === label && row.shots === shots)![column];
}

/** A statement's effect on one label in every split: measured, or what the Gaussian theory says of it. */
export function effectsOf(
  statement: Statement,
  { splits }: UnitResult,
  label: string,
  column: "measured" | "gaussian",
): readonly number[] {
  return splits.map((split) => statement.effect(errorsOf(split, label, column)));
}

/** The labels of a unit that a statement speaks of; the theory's effect is averaged over the splits. */
export function labelsOf(statement: Statement, unit: UnitResult): readonly string[] {
  const [target, ...others] = unit.labels;
  if (statement.on === "target") return [target!];
  if (statement.whereTheorySaysSo === undefined) return others;
  return others.filter(
    (label) => effectsOf(statement, unit, label, "gaussian").reduce((sum, x) => sum + x, 0) > 0,
  );
}
