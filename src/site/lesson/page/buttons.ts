/** What the buttons of a lesson's page and the program behind them agree on. */
import type { Edits } from "./edits";

export type Action =
  | "run"
  | "run-to"
  | "edit"
  | "parameters"
  | "run-all"
  | "check"
  | "stop"
  | "reset"
  | "download"
  | "open-copy"
  | "discard";

/** What the buttons ask for. */
export interface Lessons {
  readonly press: (action: Action, cell?: string) => Promise<void>;
  readonly openCopy: (file: File) => Promise<void>;
}

/** Given by `assets/lesson.js`. */
export type OpenLesson = (place: Place) => Promise<Lessons>;

export interface Place {
  readonly article: HTMLElement;
  readonly status: HTMLElement;
  readonly enable: (isRunning: boolean) => void;
  readonly edits: Edits;
  readonly notice: Notice;
}

/** Says what stays in sight, whatever else is said; words about the same thing take the place of earlier ones. */
export type Notice = (about: "storage" | "tabs" | "address", words: string) => void;

/** What is said of an error that is nobody's fault. */
export const cannotRun = (error: unknown): string =>
  `This lesson cannot run here: ${error instanceof Error ? error.message : String(error)}`;
