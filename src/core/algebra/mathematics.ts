import {
  absDependencies,
  addDependencies,
  compileDependencies,
  create,
  detDependencies,
  divideDependencies,
  erfDependencies,
  evaluateDependencies,
  type FactoryFunctionMap,
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

/** A node of a parsed expression, as far as the package looks at it. */
export interface ExpressionNode {
  readonly type: string;
  compile(): { evaluate(scope: Map<string, unknown>): unknown };
  traverse(visit: (node: ExpressionNode, path: string, parent: ExpressionNode | null) => void): void;
  toString(): string;
}

/** What the package uses of a mathjs instance; values are numbers or matrices of the instance's own field. */
export interface Mathematics {
  parse(expression: string): ExpressionNode;
  evaluate(expression: string, scope: Readonly<Record<string, unknown>>): unknown;
  multiply(a: unknown, b: unknown): unknown;
  matrix(rows: unknown): unknown;
  reshape(value: unknown, sizes: readonly number[]): unknown;
  inv(matrix: unknown): unknown;
  isMatrix(value: unknown): boolean;
  fraction(numerator: bigint, denominator: bigint): unknown;
  erf(x: number): number;
}

/** Of mathjs what formulas may call and no more: a bundle for a browser is a third of the size. */
const PARTS = {
  absDependencies,
  addDependencies,
  compileDependencies,
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
};

/** A mathjs instance whose literals are floats or exact fractions. */
export function mathematics(literals: "number" | "Fraction"): Mathematics {
  // mathjs declares its exports as possibly undefined, which they never are.
  return create(PARTS as FactoryFunctionMap, { number: literals }) as unknown as Mathematics;
}
