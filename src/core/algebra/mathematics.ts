import type { FactoryFunctionMap } from "mathjs";
import * as parts from "./mathjsParts";

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

/** A mathjs instance whose literals are floats or exact fractions. */
export function mathematics(literals: "number" | "Fraction"): Mathematics {
  const { create, ...dependencies } = parts;
  // mathjs declares its exports as possibly undefined, which they never are.
  return create(dependencies as FactoryFunctionMap, { number: literals }) as unknown as Mathematics;
}
