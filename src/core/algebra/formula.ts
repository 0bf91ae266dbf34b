import { InputError, requireMatrix, requireNumber, requireVector } from "@finetune-icl/base";
import type { ExpressionNode, Mathematics } from "./mathematics";
import type { Matrix, Vector } from "./matrix";
import { FUNCTION_TEX, NOTATION, type SymbolName, type SymbolShape } from "./notation";
import type { NumberField } from "./numberField";

/** What a formula yields. */
export type ValueKind = "scalar" | "vector" | "matrix";

/** What may be put in for a symbol. */
export type Binding<T> = T | Vector<T> | Matrix<T>;
/** What stands for each symbol of a formula that is not one of its own abbreviations. */
export type Bindings<T> = { readonly [Name in SymbolName]?: Binding<T> };

/**
 * A formula as a reader sees it: mathjs expressions over the shared notation. It evaluates over floats and over exact
 * rationals, and prints as TeX. `inner(a, b)` is aᵀΣb and `normSquared(a)` is aᵀΣa, Σ being the `covariance` bound;
 * `outer(a, b)` is abᵀ.
 */
export interface Formula<Kind extends ValueKind = ValueKind> {
  readonly title: string;
  /** Where it comes from and under which assumptions. */
  readonly source: string;
  readonly yields: Kind;
  /** TeX of the left-hand side. */
  readonly symbol: string;
  /** Abbreviations, computed in this order before the expression. */
  readonly where: readonly (readonly [SymbolName, string])[];
  readonly expression: string;
}

export interface Value<T> {
  readonly scalar: T;
  readonly vector: Vector<T>;
  readonly matrix: Matrix<T>;
}

/** A formula, without abbreviations unless told. */
export function defineFormula<Kind extends ValueKind>(
  formula: Omit<Formula<Kind>, "where"> & { readonly where?: Formula["where"] },
): Formula<Kind> {
  return { where: [], ...formula };
}

/** A matrix of mathjs knows its size. */
type Sized = { size(): readonly number[] };

type Step = readonly [name: string, code: { evaluate(scope: Map<string, unknown>): unknown }];
const compiled = new WeakMap<Formula, WeakMap<Mathematics, readonly Step[]>>();

function steps<T>(formula: Formula, field: NumberField<T>): readonly Step[] {
  let byField = compiled.get(formula);
  if (byField === undefined) {
    byField = new WeakMap();
    compiled.set(formula, byField);
  }
  let program = byField.get(field.math);
  if (program === undefined) {
    const lines: readonly (readonly [string, string])[] = [...formula.where, ["result", formula.expression]];
    program = lines.map(([name, text]) => [name, field.math.parse(text).compile()] as const);
    byField.set(field.math, program);
  }
  return program;
}

/**
 * The value of a formula, as plain numbers and arrays. What is bound has the shapes of {@link NOTATION}, d being the size of
 * the covariance where it is bound.
 * @throws InputError naming the symbol whose array has another size, or holds what is no finite number.
 * @throws Error when a symbol is not bound, or the value is not of the kind the formula declares.
 * @example
 * console.log(evaluate(VALUE_ONLY_OPTIMUM_INVERSE, FLOAT, { targetTask: [6, 12], dimension: 2 })); // [ 1, 2 ]
 */
export function evaluate<T, Kind extends ValueKind>(
  formula: Formula<Kind>,
  field: NumberField<T>,
  bindings: Bindings<T>,
): Value<T>[Kind] {
  requireBindings(bindings);
  return compute(formula, field, bindings);
}

/** Rows and columns of an array in terms of d; a vector has one of them. */
const SIZES: Readonly<Record<Exclude<SymbolShape, "number">, (d: number) => readonly [number, number?]>> = {
  d: (d) => [d],
  D: (d) => [d + 2],
  "d × d": (d) => [d, d],
  "D × D": (d) => [d + 2, d + 2],
  "d × D": (d) => [d, d + 2],
};

function requireBindings<T>(bindings: Bindings<T>): void {
  const bound = Object.entries(bindings).map(([name, value]) => {
    if (!(name in NOTATION)) throw new InputError(name, value, "nothing: it is no symbol of the notation");
    return [name, value, NOTATION[name as SymbolName].shape] as const;
  });
  const arrays = bound.flatMap(([name, value, shape]) =>
    shape === "number" ? [] : [[name, value as Matrix<T>, SIZES[shape]] as const],
  );
  const [, reference, sizes] = arrays.find(([name]) => name === "covariance") ?? arrays[0] ?? [];
  const d = reference === undefined ? 0 : reference.length - (sizes!(0)[0] ?? 0);
  for (const [name, value, shape] of bound) if (shape === "number") requireNumber(value, name);
  for (const [name, value, of] of arrays) {
    const [rows, columns] = of(d);
    if (columns === undefined) requireVector(value, name, rows);
    else requireMatrix(value, name, rows, columns);
  }
}

/** The same for bindings that are known to fit, among them such as left the range of floats on the way. */
export function compute<T, Kind extends ValueKind>(
  formula: Formula<Kind>,
  field: NumberField<T>,
  bindings: Bindings<T>,
): Value<T>[Kind] {
  const { math } = field;
  const scope = new Map<string, unknown>();
  for (const [name, value] of Object.entries(bindings)) {
    scope.set(name, Array.isArray(value) ? math.matrix(value) : value);
  }
  const inner = (a: unknown, b: unknown): unknown =>
    math.multiply(math.multiply(a, scope.get("covariance")), b);
  scope.set("inner", inner);
  scope.set("normSquared", (a: unknown) => inner(a, a));
  scope.set("outer", (a: Sized, b: Sized) =>
    math.multiply(math.reshape(a, [a.size()[0]!, 1]), math.reshape(b, [1, b.size()[0]!])),
  );

  for (const [name, code] of steps(formula, field)) scope.set(name, code.evaluate(scope));
  return asKind(formula, scope.get("result"), math.isMatrix) as Value<T>[Kind];
}

function asKind(formula: Formula, value: unknown, isMatrix: (x: unknown) => boolean): unknown {
  const plain: unknown = isMatrix(value) ? (value as { toArray(): unknown }).toArray() : value;
  const depth = Array.isArray(plain) ? (Array.isArray(plain[0]) ? "matrix" : "vector") : "scalar";
  if (depth !== formula.yields) {
    throw new Error(`formula "${formula.title}" yields a ${depth}, declared as ${formula.yields}`);
  }
  return plain;
}

/** The names a formula needs bound: every symbol it mentions that is not one of its own abbreviations. */
export function freeSymbols<T>(formula: Formula, field: NumberField<T>): ReadonlySet<string> {
  const own = new Set<string>(formula.where.map(([name]) => name));
  const free = new Set<string>();
  for (const text of [...formula.where.map(([, expression]) => expression), formula.expression]) {
    field.math.parse(text).traverse((node: ExpressionNode, path: string, parent: ExpressionNode | null) => {
      const called = parent?.type === "FunctionNode" && path === "fn";
      if (node.type === "SymbolNode" && !called) {
        const { name } = node as ExpressionNode & { name: string };
        if (!own.has(name)) free.add(name);
      }
      if (node.type === "FunctionNode") {
        const { name } = (node as ExpressionNode & { fn: { name: string } }).fn;
        if (!(name in FUNCTION_TEX)) throw new Error(`formula "${formula.title}" calls unknown ${name}()`);
        if (name === "inner" || name === "normSquared") free.add("covariance");
      }
    });
  }
  return free;
}
