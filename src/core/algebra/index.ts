export { evaluateQuadratic, halfGradient, minimiseQuadratic, type Quadratic } from "./convexQuadratic";
export { factorLdl } from "./definiteness";
export { type Differentiable, withOnly } from "./differentiable";
export { type Bindings, defineFormula, evaluate, type Formula } from "./formula";
export { entry, type Matrix, matrixFrom, type Vector } from "./matrix";
export { NOTATION, type Notation, type SymbolName, type SymbolShape } from "./notation";
export { FLOAT, type NumberField, RATIONAL, type Rational } from "./numberField";
export { printRational } from "./rational";
export { expressionTex, formulaTex } from "./tex";
