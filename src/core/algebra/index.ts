export { type Quadratic, evaluateQuadratic, halfGradient, minimiseQuadratic } from "./convexQuadratic";
export { factorLdl } from "./definiteness";
export { type Differentiable, withOnly } from "./differentiable";
export { type Bindings, type Formula, defineFormula, evaluate } from "./formula";
export { type Matrix, type Vector, entry, matrixFrom } from "./matrix";
export { NOTATION, type Notation, type SymbolName, type SymbolShape } from "./notation";
export { FLOAT, type NumberField, RATIONAL, type Rational } from "./numberField";
export { printRational } from "./rational";
export { expressionTex, formulaTex } from "./tex";
