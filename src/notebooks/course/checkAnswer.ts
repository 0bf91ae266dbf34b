import { inspect } from "node:util";
import { InputError } from "@finetune-icl/base";
import { agree, scaleOf } from "./agreement";
import { type Answer, type AnswerValue, readAnswer } from "./answer";
import { howItDiffers } from "./howItDiffers";
import { missingAnswerMessage } from "./missingAnswer";
import { printInput } from "./printInput";

/** What an answer is held against. */
export interface AnswerCheck<Input extends readonly unknown[]> {
  /** Argument lists on which the answer is tried: at least one. */
  readonly inputs: readonly Input[];
  readonly correct: (...input: Input) => Answer;
  /** Wrong answers that are often given, with what to say to whoever gives one. */
  readonly mistakes?: readonly { readonly answer: (...input: Input) => Answer; readonly says: string }[];
  readonly hint?: string;
  /** Largest difference from the correct value, relative to its largest entry; 1e-9 unless told. */
  readonly tolerance?: number;
}

/** An answer that is missing or wrong. The message says in which way, and never what would be right. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";

  constructor(
    /** The number of the exercise, such as `4.1`. */
    readonly exercise: string,
    what: string,
  ) {
    super(`Exercise ${exercise}: ${what}`);
  }

  /** What a notebook shows: where this was thrown says nothing to a student, and names folders of this machine. */
  [inspect.custom](): string {
    return `${this.name}: ${this.message}`;
  }
}

type Attempt = { readonly value: AnswerValue } | { readonly error: unknown };

const TOLERANCE = 1e-9;

/**
 * Checks the answer of an exercise on several inputs: prints "Exercise 4.1: correct (5 inputs)." when it is right.
 * @throws WrongAnswer naming the exercise, the first input that is wrong and how the answer differs there (missing,
 *   throwing, not finite, of the wrong shape, too large or too small by which factor, of the wrong sign), or the known mistake
 *   that it is; then the hint. The right value is never part of it.
 * @throws InputError when the check itself cannot work: no inputs, a correct value that is NaN or of no kind, or a
 *   mistake that the inputs do not tell from the correct answer.
 */
export function checkAnswer<Input extends readonly unknown[]>(
  exercise: string,
  answer: (...input: Input) => Answer,
  check: AnswerCheck<Input>,
): void {
  // Everything else is computed before the answer runs, which may change the inputs that it gets.
  const correct = check.inputs.map((input) => readAnswer(check.correct(...input)));
  const mistakes = (check.mistakes ?? []).map((mistake) => ({
    says: mistake.says,
    values: check.inputs.map((input) => readAnswer(mistake.answer(...input))),
  }));
  const tolerance = check.tolerance ?? TOLERANCE;
  const scales = correct.map((value) => scaleOf(value, correct));
  const same = (got: AnswerValue, expected: AnswerValue, at: number) =>
    agree(got, expected, tolerance, scales[at]!);
  refuseUselessCheck(exercise, correct, mistakes, tolerance, same);

  const inputs = check.inputs.map(printInput);
  const attempts = check.inputs.map((input) => attempt(answer, input));
  const isRight = (got: Attempt, at: number) => "value" in got && same(got.value, correct[at]!, at);
  const first = attempts.findIndex((got, at) => !isRight(got, at));
  if (first < 0) {
    console.log(
      `Exercise ${exercise}: correct (${inputs.length} ${inputs.length === 1 ? "input" : "inputs"}).`,
    );
    return;
  }
  const hint = check.hint === undefined ? "" : `\nHint: ${check.hint}`;
  const got = attempts[first]!;
  if ("error" in got && isMissing(got.error, exercise))
    throw new WrongAnswer(exercise, `there is no answer yet.${hint}`);
  const known = mistakes.find(({ values }) =>
    attempts.every((each, at) => "value" in each && same(each.value, values[at]!, at)),
  );
  const comparisons = attempts.map((each, at) => ({
    got: "value" in each ? each.value : readAnswer(undefined),
    correct: correct[at]!,
    allowed: tolerance * scales[at]!,
  }));
  const how = known
    ? `the answer is wrong: ${known.says}`
    : "error" in got
      ? `the answer throws ${describeError(got.error)}`
      : `the answer ${howItDiffers(
          comparisons[first]!,
          comparisons.filter((_, at) => at !== first),
        )}`;
  const right = attempts.filter(isRight).length;
  const count = inputs.length === 1 ? "" : ` (${right} of ${inputs.length} inputs are right.)`;
  const end = /[.!?]$/.test(how) ? "" : ".";
  throw new WrongAnswer(exercise, `for the input ${inputs[first]}, ${how}${end}${count}${hint}`);
}

function refuseUselessCheck(
  exercise: string,
  correct: readonly AnswerValue[],
  mistakes: readonly { readonly says: string; readonly values: readonly AnswerValue[] }[],
  tolerance: number,
  same: (got: AnswerValue, expected: AnswerValue, at: number) => boolean,
): void {
  const field = (name: string) => `checkAnswer, exercise ${exercise}: ${name}`;
  if (correct.length === 0) throw new InputError(field("inputs"), [], "at least one list of arguments");
  if (!(tolerance >= 0 && tolerance < 1))
    throw new InputError(field("tolerance"), tolerance, "a number from 0 to below 1");
  for (const [at, value] of correct.entries()) {
    const broken = value.kind === "neither" || ("entries" in value && value.entries.some(Number.isNaN));
    if (broken)
      throw new InputError(
        field(`correct, input ${at + 1}`),
        value,
        "a number, a word, a vector or a matrix",
      );
  }
  for (const { says, values } of mistakes) {
    if (values.every((value, at) => same(value, correct[at]!, at)))
      throw new InputError(field("mistakes"), says, "a mistake that gives a wrong answer at some input");
  }
}

function attempt<Input extends readonly unknown[]>(
  answer: (...input: Input) => Answer,
  input: Input,
): Attempt {
  try {
    return { value: readAnswer(answer(...input)) };
  } catch (error) {
    return { error };
  }
}

// Compared by its text: the error may come from another realm, as those of a notebook's cells do.
function isMissing(error: unknown, exercise: string): boolean {
  return messageOf(error) === missingAnswerMessage(exercise);
}

function describeError(error: unknown): string {
  const { name } = error as { readonly name?: unknown };
  return typeof name === "string" ? `${name}: ${messageOf(error)}` : messageOf(error);
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === "string" ? message : String(error);
}
