import { type AnswerShape, type AnswerValue, describeShape, type NumericAnswer } from "./answer";
import type { AnswerKey } from "./answerKey";
import type { Attempt } from "./attempt";
import { printInput } from "./printInput";

/** What stands beside the answers when a verdict is worded. */
export interface Question {
  /** Arguments, as a person would write them. */
  readonly inputs: readonly string[];
  readonly hint?: string;
}

/**
 * What is wrong with an answer, as a sentence without the number of the exercise; nothing when it is right at every input.
 *
 * Whatever a student reads here comes from three sources: the answer itself (it throws, is of another kind than the one
 * asked for, not finite, zero, rounded), equality with something that the right answer determines (see `AnswerKey`), and the
 * known mistakes. An answer that equals the right one in no respect is told the same whatever the right one is.
 */
export function verdictOn(
  attempts: readonly Attempt[],
  key: AnswerKey,
  { inputs, hint }: Question,
): string | undefined {
  // No hint before there is an answer: the exercise itself has one, folded, for whoever wants it.
  if (attempts.some((each) => each.kind === "threw" && each.isMissing)) return "there is no answer yet.";
  const after = hint === undefined ? "" : `\nHint: ${hint}`;
  const values = attempts.map((each) => (each.kind === "gave" ? each.value : undefined));
  const given = values.every((value) => value !== undefined) ? values : undefined;
  const recognised = given && key.recognise(given);
  if (recognised?.kind === "right") return undefined;
  const right = rightInputs(values, key);
  const seen = recognised ? undefined : obvious(attempts, key);
  const first = seen ? seen.at : (right?.indexOf(false) ?? -1);
  const how = recognised
    ? `is wrong: ${recognised.says}`
    : (seen?.how ?? compared(given!, key) ?? (first >= 0 ? comparedAt(first, given!, key) : undefined));
  const worded = how ?? (right ? "is wrong" : wrongSomewhere(given!));
  const rounded = how === undefined && isRounded(given!) ? ROUNDED : "";
  const where = first >= 0 ? `for the input ${inputs[first]}, ` : "";
  const end = /[.!?]$/.test(worded) ? "" : ".";
  const count = right ? ` (${right.filter(Boolean).length} of ${inputs.length} inputs are right.)` : "";
  return `${where}the answer ${worded}${end}${rounded}${count}${after}`;
}

/** The arguments of each call, printed. */
export function printInputs(inputs: readonly (readonly unknown[])[]): readonly string[] {
  return inputs.map(printInput);
}

const ROUNDED = " If it was rounded: let the code compute it, a check wants all digits.";
const MOST_DIGITS = 6;

/** What can be seen without knowing the right answer, at the first input where there is something. */
function obvious(attempts: readonly Attempt[], key: AnswerKey): { how: string; at: number } | undefined {
  for (const [at, each] of attempts.entries()) {
    const how =
      each.kind === "threw"
        ? `throws ${each.error}`
        : seenAtOnce(each.value, key.shapes[at]!, key.mayBeInfinite);
    if (how !== undefined) return { how, at };
  }
  return undefined;
}

function seenAtOnce(got: AnswerValue, asked: AnswerShape, mayBeInfinite: boolean): string | undefined {
  if (got.kind === "neither") return describeNeither(got.is);
  const wanted = describeShape(asked);
  if (!("entries" in got))
    return got.kind === asked.kind ? undefined : `is ${describeShape(got)}; ${wanted} is asked for`;
  if (got.entries.some(Number.isNaN))
    return `is not a number (NaN)${entryIn(got, got.entries.findIndex(Number.isNaN))}: look for 0/0, for ∞ − ∞ and for values that are missing`;
  if (asked.shape === undefined) return `is ${describeShape(got)}; ${wanted} is asked for`;
  if (got.kind !== asked.kind || got.shape.join() !== asked.shape.join())
    return `has the wrong shape: it is ${describeShape(got)}; ${wanted} is asked for`;
  const infinite = got.entries.findIndex((entry) => !Number.isFinite(entry));
  return infinite < 0 || mayBeInfinite
    ? undefined
    : `is infinite${entryIn(got, infinite)}: look for a division by zero or a number that grows too large`;
}

function describeNeither(is: string): string {
  if (is === "nothing") return "is missing: the function returns nothing (is there a `return`?)";
  if (is === "a promise") return "is a promise: the function must not be async";
  return `is ${is}, which cannot be compared`;
}

/** What equals the right answers in some respect, all inputs taken together. */
function compared(given: readonly AnswerValue[], key: AnswerKey): string | undefined {
  const numeric = given.filter((value): value is NumericAnswer => "entries" in value);
  if (numeric.length < given.length) return undefined;
  const everywhere = given.length > 1 ? " at every input" : "";
  if (numeric.every(({ entries }) => entries.every((entry) => entry === 0)))
    return `is zero${everywhere}, which it should not be`;
  if (isRight(numeric.map(negated), key)) return `has the wrong sign${everywhere}`;
  if (numeric.every(isSquare) && isRight(numeric.map(transposed), key))
    return "is transposed: rows and columns change places";
  if (key.holds({ name: "order" }, given)) return "has the right entries in another order";
  if (key.holds({ name: "factor" }, given))
    return "is right but for one factor, the same everywhere: is a factor missing, or too much?";
  if (key.holds({ name: "shift" }, given))
    return "is off by the same amount at every input: an additive term is missing, or too much";
  return wrongEntries(numeric, key);
}

function comparedAt(at: number, given: readonly AnswerValue[], key: AnswerKey): string | undefined {
  const negative = given.map((value) => ("entries" in value ? negated(value) : value));
  return key.holds({ name: "input", index: at }, negative) ? "has the wrong sign" : undefined;
}

function wrongSomewhere(given: readonly AnswerValue[]): string {
  const how = given.every(({ kind }) => kind === "text") ? "is another word than the right one" : "is wrong";
  return given.length === 1 ? how : `${how} at one of the ${given.length} inputs at least`;
}

function wrongEntries(given: readonly NumericAnswer[], key: AnswerKey): string | undefined {
  const [{ entries }] = given as readonly [NumericAnswer];
  const told = [...entries.keys()].map((index) => key.holds({ name: "entry", index }, given));
  const wrong = [...told.keys()].filter((index) => told[index] === false);
  if (told.length < 2 || told.some((each) => each === undefined) || wrong.length === told.length)
    return undefined;
  return `is right in some of its entries, and wrong in ${wrong.map((index) => `[${index}]`).join(" and ")}`;
}

/** At which inputs the answer is right, where the check tells it of all. */
function rightInputs(
  values: readonly (AnswerValue | undefined)[],
  key: AnswerKey,
): readonly boolean[] | undefined {
  if (values.length === 1) return undefined;
  const all = values.map((value): AnswerValue => value ?? { kind: "neither", is: "nothing" });
  const told = all.map((_, index) => key.holds({ name: "input", index }, all));
  return told.every((each) => each !== undefined) ? told : undefined;
}

function isRight(values: readonly AnswerValue[], key: AnswerKey): boolean {
  return key.recognise(values)?.kind === "right";
}

function negated(value: NumericAnswer): NumericAnswer {
  return { ...value, entries: value.entries.map((entry) => -entry) } as NumericAnswer;
}

function isSquare({ kind, shape }: NumericAnswer): boolean {
  return kind === "matrix" && shape[0] === shape[1];
}

function transposed(value: NumericAnswer): NumericAnswer {
  const size = value.shape[0] ?? 0;
  const entries = value.entries.map(
    (_, index) => value.entries[(index % size) * size + Math.floor(index / size)]!,
  );
  return { ...value, entries } as NumericAnswer;
}

/** Whether the numbers look typed: few digits each, and not all whole. */
function isRounded(given: readonly AnswerValue[]): boolean {
  const entries = given.flatMap((value) => ("entries" in value ? value.entries : []));
  const digits = (x: number) =>
    String(x)
      .replace(/e.*$|[-.]/g, "")
      .replace(/^0+/, "").length;
  return (
    entries.every((x) => Number.isFinite(x) && digits(x) <= MOST_DIGITS) &&
    entries.some((x) => !Number.isInteger(x))
  );
}

/** Where an entry stands, counted from 0 as in the code. */
function entryIn(value: NumericAnswer, index: number): string {
  if (value.kind === "number") return "";
  if (value.kind === "vector") return ` (entry [${index}])`;
  const columns = value.shape[1];
  return ` (entry [${Math.floor(index / columns)}][${index % columns}])`;
}
