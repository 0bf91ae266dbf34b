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
  | {
      readonly kind: "complete";
      readonly request: number;
      readonly code: string;
      /** Units of UTF-16 before the cursor. */
      readonly position: number;
    };

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

export interface Completion {
  readonly label: string;
  readonly kind: string;
}

/** What the worker says. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "said"; readonly id: string; readonly message: Message }
  | { readonly kind: "done"; readonly id: string; readonly threw: boolean; readonly milliseconds: number }
  | {
      readonly kind: "completions";
      readonly request: number;
      readonly from: number;
      readonly to: number;
      readonly options: readonly Completion[];
    };
