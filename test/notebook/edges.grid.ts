import type { EdgeRun } from "./support/edgeRun";

/**
 * The edges of what a reader may set in each lesson: the settings at which a lesson is most likely to fail, or to say what is not so.
 * A setting is given as `--set name=value` gives it. Either the lesson refuses it (`refuses` names the parameter that its cell of
 * parameters complains of), or it runs to its end and `holds` checks what it then says.
 *
 * Beside these checks every setting that runs is held against what is true of all lessons (test/notebook/edges.test.ts): no text shows
 * NaN, undefined or an infinite number, and no logarithmic axis reaches rounding errors.
 *
 * A run costs seconds: set `prompts` and the like low, and put several edges into one setting where they do not hide each other.
 * Refusals are nearly free.
 */
export type EdgeSetting = {
  readonly set: Readonly<Record<string, number | string | readonly (number | string)[]>>;
} & ({ readonly refuses: string } | { readonly holds: (run: EdgeRun) => void });

/** Notebook files, by the two digits they start with. */
export const EDGES: Readonly<Record<string, readonly EdgeSetting[]>> = {
  "01": [],
  "02": [],
  "03": [],
  "04": [],
  "05": [],
  "06": [],
  "07": [],
  "08": [],
  "09": [],
  "10": [],
  "11": [],
  "12": [],
  "13": [],
  "14": [],
  "15": [],
};
