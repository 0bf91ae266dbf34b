import { inspect } from "node:util";
import { InputError } from "@finetune-icl/base";
import { agree, scaleOf } from "./agreement";
import { type Answer, readAnswer } from "./answer";
import { type AnswerKey, type CheckValues, openKey } from "./answerKey";
import { attempt } from "./attempt";
import { codeOf, recordCheck } from "./recordedCheck";
import { sealedKey } from "./seal";
import { printInputs, verdictOn } from "./verdict";

interface Asked<Input extends readonly unknown[]> {
  /** Argument lists on which the answer is tried: at least one. */
  readonly inputs: readonly Input[];
  readonly hint?: string;
}

/** What an answer is held against, in a lesson with its solutions. */
export interface AnswerCheck<Input extends readonly unknown[]> extends Asked<Input> {
  readonly correct: (...input: Input) => Answer;
  /** Wrong answers that are often given, with what to say to whoever gives one. */
  readonly mistakes?: readonly { readonly answer: (...input: Input) => Answer; readonly says: string }[];
  /** Largest difference from the correct value, relative to its largest entry; 1e-9 unless told. */
  readonly tolerance?: number;
}

/** The same in a student's copy, where neither the right answer nor a known mistake can be read. */
export interface SealedCheck<Input extends readonly unknown[]> extends Asked<Input> {
  /** Written by `course --student`. */
  readonly sealed: string;
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

const TOLERANCE = 1e-9;

/**
 * Checks the answer of an exercise on several inputs: prints "Exercise 4.1: correct (5 inputs)." when it is right.
 * @throws WrongAnswer naming the exercise and in which way the answer is wrong (missing, throwing, not finite, of the wrong
 *   shape, of the wrong sign, right but for a factor or a term), or the known mistake that it is; then the hint, unless the answer is missing. Neither the right
 *   value nor anything from which it could be computed is part of it: see {@link verdictOn}.
 * @throws InputError when the check itself cannot work: no inputs, a tolerance that is no number from 0 up, a correct value that is NaN or of no kind, or a
 *   mistake that the inputs do not tell from the correct answer.
 * @example
 * const answer = (n: number): number => (n * (n - 1)) / 2;
 * checkAnswer("1.1", answer, {
 *   inputs: [[1], [5], [40]],
 *   correct: (n) => (n ** 2 - n) / 2,
 *   mistakes: [{ answer: (n) => n ** 2, says: "no entry is compared with itself." }],
 * }); // prints Exercise 1.1: correct (3 inputs).
 */
export function checkAnswer<Input extends readonly unknown[]>(
  exercise: string,
  answer: (...input: Input) => Answer,
  check: AnswerCheck<Input> | SealedCheck<Input>,
): void {
  if (check.inputs.length === 0)
    throw new InputError(field(exercise, "inputs"), [], "at least one list of arguments");
  // Everything else is computed before the answer runs, which may change the inputs that it gets.
  const inputs = printInputs(check.inputs);
  const key = keyOf(exercise, check);
  const attempts = check.inputs.map((input) => attempt(exercise, answer, input));
  const question = check.hint === undefined ? { inputs } : { inputs, hint: check.hint };
  const wrong = verdictOn(attempts, key, question);
  if (wrong !== undefined) throw new WrongAnswer(exercise, wrong);
  console.log(
    `Exercise ${exercise}: correct (${inputs.length} ${inputs.length === 1 ? "input" : "inputs"}).`,
  );
}

function keyOf<Input extends readonly unknown[]>(
  exercise: string,
  check: AnswerCheck<Input> | SealedCheck<Input>,
): AnswerKey {
  if ("sealed" in check) return sealedKey(check.sealed);
  const values: CheckValues = {
    correct: check.inputs.map((input) => readAnswer(check.correct(...input))),
    mistakes: (check.mistakes ?? []).map((mistake) => ({
      says: mistake.says,
      values: check.inputs.map((input) => readAnswer(mistake.answer(...input))),
    })),
    tolerance: check.tolerance ?? TOLERANCE,
  };
  if (!(Number.isFinite(values.tolerance) && values.tolerance >= 0))
    throw new InputError(field(exercise, "tolerance"), values.tolerance, "a finite number, 0 or more");
  refuseUselessCheck(exercise, values);
  recordCheck(() => ({
    exercise,
    ...values,
    inputs: check.inputs.map(codeOf),
    printed: printInputs(check.inputs),
    ...(check.hint === undefined ? {} : { hint: check.hint }),
  }));
  return openKey(values);
}

function refuseUselessCheck(exercise: string, { correct, mistakes, tolerance }: CheckValues): void {
  if (!(tolerance >= 0 && tolerance < 1))
    throw new InputError(field(exercise, "tolerance"), tolerance, "a number from 0 to below 1");
  for (const [at, value] of correct.entries()) {
    const broken = value.kind === "neither" || ("entries" in value && value.entries.some(Number.isNaN));
    if (broken)
      throw new InputError(
        field(exercise, `correct, input ${at + 1}`),
        value,
        "a number, a word, a vector or a matrix",
      );
  }
  const scales = correct.map((value) => scaleOf(value, correct));
  for (const { says, values } of mistakes) {
    if (values.every((value, at) => agree(value, correct[at]!, tolerance, scales[at]!)))
      throw new InputError(
        field(exercise, "mistakes"),
        says,
        "a mistake that gives a wrong answer at some input",
      );
  }
}

function field(exercise: string, name: string): string {
  return `checkAnswer, exercise ${exercise}: ${name}`;
}
