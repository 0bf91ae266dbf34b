import type { Table } from "@finetune-icl/base";
import type { Profile } from "@finetune-icl/core/evidence";

/** What all random numbers and the size of a study follow from. */
export interface StudyOptions {
  /** "quick" asks the same questions with fewer seeds, prompts and steps. */
  readonly profile: Profile;
  readonly seed: number;
}

/** A piece of a study that one worker does at a time: plain JSON, all that its result depends on. */
export interface StudyUnit<Input> {
  /** Differs from that of every other unit of the study. */
  readonly name: string;
  readonly input: Input;
}

/** A table of results, and what it says. */
export interface StudyTable {
  readonly table: Table;
  /** What one row is, and the columns that a reader could not guess. */
  readonly description: string;
}

/**
 * A question that is answered by much computation: independent units, from whose results tables are made. Adding one is
 * writing such an object and putting it into the list of src/lab/study/index.ts.
 */
export interface Study<Input, Result> {
  /** Lower-case words joined by hyphens; the name of its folder below data/studies. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what is asked. */
  readonly question: string;
  /** Units in the order of the tables. */
  readonly units: (options: StudyOptions) => readonly StudyUnit<Input>[];
  /** Runs on a worker thread; the same input gives the same result, which is plain JSON. */
  readonly run: (input: Input) => Result;
  /** Tables by file name without .csv. */
  readonly tables: (
    results: readonly (StudyUnit<Input> & { readonly result: Result })[],
  ) => Readonly<Record<string, StudyTable>>;
}

/** Any study, its own types closed over: what the list of studies holds. */
export type AnyStudy = Study<unknown, unknown>;

/** Closes a study over its types: only its own units and results are ever given back to it. */
export function defineStudy<Input, Result>(study: Study<Input, Result>): AnyStudy {
  return study as unknown as AnyStudy;
}
