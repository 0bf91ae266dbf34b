/** What the buttons of a lesson's page and the program behind them agree on. */

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
}
