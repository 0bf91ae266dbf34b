import { type AnswerValue, readAnswer } from "./answer";
import { missingAnswerMessage } from "./missingAnswer";

/** What an answer gave at one input. */
export type Attempt =
  | { readonly kind: "gave"; readonly value: AnswerValue }
  /** Such as `RangeError: Invalid array length`. */
  | { readonly kind: "threw"; readonly error: string; readonly isMissing: boolean };

export function attempt<Input extends readonly unknown[]>(
  exercise: string,
  answer: (...input: Input) => unknown,
  input: Input,
): Attempt {
  try {
    return { kind: "gave", value: readAnswer(answer(...input)) };
  } catch (error) {
    const { name, message } = (error ?? {}) as { readonly name?: unknown; readonly message?: unknown };
    const text = typeof message === "string" ? message : String(error);
    return threw(exercise, typeof name === "string" ? name : "", text);
  }
}

/** By the text of the error: it may come from another realm, as those of a notebook's cells do. */
export function threw(exercise: string, name: string, message: string): Attempt {
  return {
    kind: "threw",
    error: name === "" ? message : `${name}: ${message}`,
    isMissing: message === missingAnswerMessage(exercise),
  };
}
