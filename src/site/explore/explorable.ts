import type { Table } from "@finetune-icl/base";
import type { Figure } from "@finetune-icl/plot";
import type { AnyState, Controls, StateOf } from "./controls";

/** What an explorable answers to one position of its controls. */
export interface Answer {
  readonly figure: Figure;
  /** What is seen, in sentences. */
  readonly words: readonly string[];
  /** The numbers behind the words. */
  readonly numbers: Table;
  /** What gives the same numbers from the command line, question by question. */
  readonly questions: readonly Question[];
}

/** Input of `finetune-icl COMMAND -`. */
export interface Question {
  /** Which of the numbers it gives. */
  readonly about: string;
  readonly command: "predict" | "risk" | "prompt";
  readonly options?: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The question as a line for a shell. */
export function shellLine({ command, options = "", input }: Question): string {
  return `echo '${JSON.stringify(input)}' | npx finetune-icl ${command} - ${options}`.trimEnd();
}

/** A computation that comes nearer to its answer step by step. */
export interface Run {
  readonly answer: () => Answer;
  /** Does one more step, of some milliseconds; false when there is nothing left to do. */
  readonly advance: () => boolean;
}

interface ExplorableParts {
  /** Name in addresses: lower-case letters and hyphens. */
  readonly id: string;
  readonly title: string;
  /** What can be found out, in one sentence. */
  readonly summary: string;
  /** Markdown: what is shown, and what to try. */
  readonly text: string;
}

/**
 * A live figure: pure functions from the position of its controls to a figure, words and numbers. It knows no page, so the
 * same functions draw the static picture, answer the reader's hand and are tested.
 */
export type Explorable = ExplorableParts & { readonly controls: Controls } & (
    | { readonly kind: "direct"; readonly answer: (state: AnyState) => Answer }
    | { readonly kind: "gradual"; readonly start: (state: AnyState) => Run }
  );

export function directExplorable<C extends Controls>(
  parts: ExplorableParts & { readonly controls: C; readonly answer: (state: StateOf<C>) => Answer },
): Explorable {
  // A state that comes from the controls has the types of the controls.
  return { ...parts, kind: "direct", answer: (state) => parts.answer(state as StateOf<C>) };
}

export function gradualExplorable<C extends Controls>(
  parts: ExplorableParts & { readonly controls: C; readonly start: (state: StateOf<C>) => Run },
): Explorable {
  return { ...parts, kind: "gradual", start: (state) => parts.start(state as StateOf<C>) };
}
