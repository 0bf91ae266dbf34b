/**
 * What the package takes from mathjs, with the functions its formulas call and no others: a third of the size. Every
 * import of mathjs in the bundle is led here; a function that is missing makes the explorables' tests fail.
 */
import {
  absDependencies,
  addDependencies,
  compileDependencies,
  divideDependencies,
  evaluateDependencies,
  fractionDependencies,
  invDependencies,
  isZeroDependencies,
  matrixDependencies,
  multiplyDependencies,
  parseDependencies,
  powDependencies,
  sqrtDependencies,
  subtractDependencies,
  traceDependencies,
  transposeDependencies,
  unaryMinusDependencies,
} from "mathjs";

export { create } from "mathjs";

export const all = {
  absDependencies,
  addDependencies,
  compileDependencies,
  divideDependencies,
  evaluateDependencies,
  fractionDependencies,
  invDependencies,
  isZeroDependencies,
  matrixDependencies,
  multiplyDependencies,
  parseDependencies,
  powDependencies,
  sqrtDependencies,
  subtractDependencies,
  traceDependencies,
  transposeDependencies,
  unaryMinusDependencies,
};
