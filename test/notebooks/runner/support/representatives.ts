import { basename, join, resolve } from "node:path";
import { courseNotebooks } from "../../../../src/notebooks/runner/courseNotebooks";
import { packageRoot } from "../../../support/root";

/** A copy of it has all parts of a lesson: parameters, formulas, figures, tables, exercises by hand, by code and open. */
export const TEMPLATE = join(packageRoot, "notebooks", "templates", "lesson.ipynb");

/**
 * The lessons that speak for the others where a client is tried: what it does with one lesson that computes and draws, and with
 * one that reads what is stored. That every lesson gives its stored outputs is found out once, where `.ci/run` runs `npm start`
 * and looks for changed bytes.
 */
export const representatives: readonly string[] = courseNotebooks()
  .map((path) => resolve(path))
  .filter((path) => /^(01|10)-/.test(basename(path)));
