/**
 * Of mathjs what formulas may call and no more. The build makes one file of it and of what it needs (scripts/mathjsParts.mjs): mathjs as it is
 * installed creates everything that it has when it is loaded, which takes Node half a second, and this takes hundredths of it.
 */
export {
  absDependencies,
  addDependencies,
  compileDependencies,
  create,
  detDependencies,
  divideDependencies,
  erfDependencies,
  evaluateDependencies,
  fractionDependencies,
  invDependencies,
  isZeroDependencies,
  matrixDependencies,
  multiplyDependencies,
  parseDependencies,
  powDependencies,
  reshapeDependencies,
  sqrtDependencies,
  subtractDependencies,
  traceDependencies,
  transposeDependencies,
  unaryMinusDependencies,
} from "mathjs";
