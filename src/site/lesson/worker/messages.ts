import type { Output } from "@finetune-icl/notebooks/runner";

/** What the page and the worker of a lesson say to each other. */

export interface LessonFile {
  /** Absolute, below `/course`. */
  readonly path: string;
  readonly text: string;
}

/** What the page asks for. */
export type ToWorker =
  /** First of all: the files that the compiler and the lesson read. */
  | { readonly kind: "start"; readonly files: readonly LessonFile[] }
  /** `label` is how error messages call the cell. */
  | { readonly kind: "run"; readonly id: string; readonly code: string; readonly label: string }
  | { readonly kind: "ask"; readonly request: number; readonly question: Question };

/** What the page asks about code; the compiler is in the worker. Positions are units of UTF-16. */
export type Question =
  | { readonly about: "completions"; readonly code: string; readonly position: number }
  /** What is known about the name at a place. */
  | { readonly about: "name"; readonly code: string; readonly position: number }
  | { readonly about: "parameters"; readonly source: string }
  /** The same source with other constants: name → JSON, or a bare word. */
  | { readonly about: "override"; readonly source: string; readonly values: Readonly<Record<string, string>> }
  /** Which cells are stale, in their order; `ran`: see `staleCells`. */
  | {
      readonly about: "stale";
      readonly sources: readonly string[];
      readonly ran: readonly (number | undefined)[];
    };

/** What the answers are. */
export interface Answers {
  readonly completions: {
    readonly from: number;
    readonly to: number;
    readonly options: readonly { readonly label: string; readonly kind: string }[];
  };
  readonly name: string | undefined;
  /** Name, and the value as JSON. */
  readonly parameters: readonly (readonly [name: string, json: string])[];
  readonly override: string;
  readonly stale: readonly number[];
}

export type Message =
  | { readonly type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | {
      readonly type: "display_data" | "update_display_data";
      readonly data: Extract<Output, { output_type: "display_data" }>["data"];
      readonly metadata: Record<string, never>;
      readonly displayId: string | undefined;
    }
  | {
      readonly type: "execute_result";
      readonly data: { readonly "text/plain": string };
      readonly metadata: Record<string, never>;
      readonly displayId: undefined;
      readonly executionCount: null;
    }
  | {
      readonly type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    }
  | { readonly type: "clear_output"; readonly wait: boolean };

/** What the worker says. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "said"; readonly id: string; readonly messages: readonly Message[] }
  | { readonly kind: "done"; readonly id: string; readonly threw: boolean; readonly milliseconds: number }
  | { readonly kind: "answer"; readonly request: number; readonly answer: unknown }
  | { readonly kind: "refusal"; readonly request: number; readonly reason: string };
