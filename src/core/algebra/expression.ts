import { type ExpressionNode, type Mathematics, mathematics } from "./mathematics";
import type { OrderedField } from "./orderedField";

/** What {@link interpretedMathematics} needs of a field, and what it may do differently from the rules of algebra. */
export interface Arithmetic<T>
  extends Pick<OrderedField<T>, "zero" | "one" | "add" | "subtract" | "multiply" | "divide"> {
  /** Reads a literal as it stands in an expression. */
  from(value: number | string): T;
  /** Called on the sum of the diagonal of a matrix. */
  trace?(sum: T): T;
  inverse(matrix: Rows<T>): Rows<T>;
  determinant(matrix: Rows<T>): T;
}

export type Rows<T> = readonly (readonly T[])[];

/** A vector or a matrix while an expression is evaluated; it looks like one of mathjs to the rest of the package. */
class Entries<T> {
  readonly isMatrix = true;
  constructor(readonly data: readonly T[] | Rows<T>) {}
  size(): readonly number[] {
    const [first] = this.data;
    return Array.isArray(first) ? [this.data.length, first.length] : [this.data.length];
  }
  toArray(): readonly T[] | Rows<T> {
    return this.data;
  }
}

type Parsed = ExpressionNode & {
  readonly args: readonly Parsed[];
  readonly content: Parsed;
  readonly name: string;
  readonly value: unknown;
  readonly op: string;
  readonly fn: { readonly name: string };
};

const parser = mathematics("number");

/**
 * The expressions of formulas evaluated by this package instead of mathjs, which only parses them: over any arithmetic, so
 * that a formula can be computed modulo a prime, or with bounds of degrees in place of numbers.
 */
export function interpretedMathematics<T>(arithmetic: Arithmetic<T>): Mathematics {
  const { zero, add, subtract, multiply, divide } = arithmetic;
  type Value = T | Entries<T>;
  const isVector = (x: Entries<T>): boolean => !Array.isArray(x.data[0]);
  const rows = (x: Entries<T>): Rows<T> => x.data as Rows<T>;
  const vector = (x: Entries<T>): readonly T[] => x.data as readonly T[];

  const map = (x: Value, f: (entry: T) => T): Value => {
    if (!(x instanceof Entries)) return f(x);
    return isVector(x)
      ? new Entries(vector(x).map(f))
      : new Entries(rows(x).map((row) => row.map((entry) => f(entry))));
  };
  const zip = (a: Value, b: Value, f: (x: T, y: T) => T): Value => {
    if (!(a instanceof Entries) || !(b instanceof Entries)) {
      if (a instanceof Entries || b instanceof Entries) throw new Error("a number and a matrix are added");
      return f(a, b);
    }
    if (String(a.size()) !== String(b.size())) throw new Error(`sizes differ: ${a.size()} and ${b.size()}`);
    return isVector(a)
      ? new Entries(vector(a).map((x, i) => f(x, vector(b)[i]!)))
      : new Entries(rows(a).map((row, i) => row.map((x, j) => f(x, rows(b)[i]![j]!))));
  };
  const dot = (a: readonly T[], b: readonly T[]): T => {
    if (a.length !== b.length) throw new Error(`lengths differ: ${a.length} and ${b.length}`);
    return a.reduce((sum, x, i) => add(sum, multiply(x, b[i]!)), zero);
  };
  const column = (x: Rows<T>, j: number): readonly T[] => x.map((row) => row[j]!);
  const product = (a: Value, b: Value): Value => {
    if (!(a instanceof Entries)) return map(b, (x) => multiply(a, x));
    if (!(b instanceof Entries)) return map(a, (x) => multiply(x, b));
    if (isVector(a) && isVector(b)) return dot(vector(a), vector(b));
    if (isVector(b)) return new Entries(rows(a).map((row) => dot(row, vector(b))));
    const columns = rows(b)[0]!.map((_, j) => column(rows(b), j));
    if (isVector(a)) return new Entries(columns.map((entries) => dot(vector(a), entries)));
    return new Entries(rows(a).map((row) => columns.map((entries) => dot(row, entries))));
  };
  const square = (x: Value): Rows<T> => {
    if (!(x instanceof Entries) || isVector(x)) throw new Error("a matrix is expected");
    return rows(x);
  };
  const functions: Readonly<Record<string, (x: Value) => Value>> = {
    trace: (x) => {
      const sum = square(x).reduce((s, row, i) => add(s, row[i]!), zero);
      return arithmetic.trace?.(sum) ?? sum;
    },
    transpose: (x) =>
      x instanceof Entries && !isVector(x) ? new Entries(rows(x)[0]!.map((_, j) => column(rows(x), j))) : x,
    inv: (x) => new Entries(arithmetic.inverse(square(x))),
    det: (x) => arithmetic.determinant(square(x)),
  };

  const run = (node: Parsed, scope: ReadonlyMap<string, unknown>): Value => {
    switch (node.type) {
      case "ParenthesisNode":
        return run(node.content, scope);
      case "ConstantNode":
        return arithmetic.from(String(node.value));
      case "SymbolNode": {
        const value = scope.get(node.name);
        if (value === undefined) throw new Error(`Undefined symbol ${node.name}`);
        return value as Value;
      }
      case "FunctionNode": {
        const args = node.args.map((item) => run(item, scope));
        const own = scope.get(node.fn.name) as ((...values: readonly Value[]) => Value) | undefined;
        if (own !== undefined) return own(...args);
        const known = functions[node.fn.name];
        if (known === undefined) throw new Error(`Undefined function ${node.fn.name}`);
        return known(args[0]!);
      }
      case "OperatorNode":
        return operate(node, scope);
      default:
        throw new Error(`no rule for a ${node.type}`);
    }
  };
  const operate = ({ op, args }: Parsed, scope: ReadonlyMap<string, unknown>): Value => {
    const [a, b] = args.map((item) => run(item, scope)) as [Value, Value | undefined];
    if (b === undefined) return op === "-" ? map(a, (x) => subtract(zero, x)) : a;
    if (op === "+") return zip(a, b, add);
    if (op === "-") return zip(a, b, subtract);
    if (op === "*") return product(a, b);
    if (op === "/") {
      if (b instanceof Entries) throw new Error("division by a matrix");
      return map(a, (x) => divide(x, b));
    }
    const exponent = Number((args[1] as Parsed).value);
    if (op !== "^" || !Number.isInteger(exponent) || exponent < 1) throw new Error(`no rule for ${op}`);
    return Array.from({ length: exponent - 1 }).reduce((power: Value) => product(power, a), a);
  };

  const toEntries = (value: unknown): Value =>
    Array.isArray(value) ? new Entries(value as readonly T[]) : (value as Value);
  const compiled = (text: string) => {
    const node = parser.parse(text) as Parsed;
    return (scope: ReadonlyMap<string, unknown>): Value => run(node, scope);
  };
  return {
    parse: (text) => {
      const node = parser.parse(text);
      const evaluate = compiled(text);
      return Object.assign(Object.create(node) as ExpressionNode, { compile: () => ({ evaluate }) });
    },
    evaluate: (text, scope) => compiled(text)(new Map(Object.entries(scope))),
    multiply: (a, b) => product(toEntries(a), toEntries(b)),
    matrix: toEntries,
    reshape: (value, sizes) => {
      const flat = vector(value as Entries<T>);
      const [height, width] = sizes as readonly [number, number];
      return new Entries(Array.from({ length: height }, (_, i) => flat.slice(i * width, (i + 1) * width)));
    },
    // As mathjs does for arrays: plain rows go in and come out.
    inv: (matrix) =>
      matrix instanceof Entries
        ? new Entries(arithmetic.inverse(square(matrix as Entries<T>)))
        : arithmetic.inverse(matrix as Rows<T>),
    isMatrix: (value) => value instanceof Entries,
    fraction: (numerator, denominator) =>
      divide(arithmetic.from(String(numerator)), arithmetic.from(String(denominator))),
    erf: () => {
      throw new Error("no error function in exact arithmetic");
    },
  };
}
