/**
 * What a public function is tried with: right arguments by name, a call with them, and what about them is free. Every array and number
 * among the arguments is then broken in every way; see doors.test.ts.
 */
export interface Row {
  /** Right arguments, made anew for every trial: plain objects, arrays and numbers are broken, everything else is left alone. */
  readonly args: (make: Fixture) => Args;
  // biome-ignore lint/suspicious/noExplicitAny: what the arguments are is known to each row alone
  readonly call: (args: any) => unknown;
  /** Arrays that may have any length. */
  readonly anyLength?: readonly string[];
  /** Numbers that the function does not look at. */
  readonly unused?: readonly string[];
  /** Numbers that may be infinite. */
  readonly infinite?: readonly string[];
  /** Why a matrix named covariance may be any. */
  readonly anyCovariance?: string;
  /** Numbers that may be anything, and why. */
  readonly anything?: Readonly<Record<string, string>>;
}

export type Args = Readonly<Record<string, unknown>>;

/** A function that takes no vectors, matrices or measured numbers, and what it takes instead. */
export type Entry = Row | string;

/** The functions of one room of a package by name. */
export type Rows = Readonly<Record<string, Entry>>;

/** Right arguments of dimension d, with other numbers at every trial. */
export interface Fixture {
  readonly d: number;
  /** Between 0.1 and 1, another one at every call. */
  readonly number: () => number;
  readonly vector: (length?: number) => number[];
  readonly matrix: (rows?: number, columns?: number) => number[][];
  /** Symmetric and positive definite. */
  readonly covariance: () => number[][];
  readonly problem: () => {
    readonly dimension: number;
    readonly covariance: number[][];
    readonly noiseVariance: number;
  };
  readonly pretraining: () => { readonly taskCovariance: number[][]; readonly shots: number };
  /** v and M. */
  readonly parameters: () => { readonly value: number[]; readonly keyQuery: number[][] };
  /** v and M in flat arrays. */
  readonly packed: () => { readonly value: Float64Array; readonly keyQuery: Float64Array };
  readonly point: (length: number) => Float64Array;
}

/** A fixture whose numbers come from `draw`. */
export function fixture(d: number, draw: () => number): Fixture {
  const number = (): number => 0.1 + 0.9 * draw();
  const vector = (length = d): number[] => Array.from({ length }, number);
  const matrix = (rows = d, columns = rows): number[][] =>
    Array.from({ length: rows }, () => vector(columns));
  const covariance = (): number[][] => {
    const root = matrix();
    return root.map((a, i) => root.map((b, j) => a.reduce((sum, x, k) => sum + x * b[k]!, i === j ? 1 : 0)));
  };
  const size = d + 2;
  const point = (length: number): Float64Array => Float64Array.from(vector(length));
  return {
    d,
    number,
    vector,
    matrix,
    covariance,
    problem: () => ({ dimension: d, covariance: covariance(), noiseVariance: number() }),
    pretraining: () => ({ taskCovariance: covariance(), shots: 5 }),
    parameters: () => ({ value: vector(size), keyQuery: matrix(size) }),
    packed: () => ({ value: point(size), keyQuery: point(size * size) }),
    point,
  };
}

/** Arguments with one thing broken. */
export interface Broken {
  /** Such as `problem.covariance[1][0]: NaN`. */
  readonly what: string;
  /** The name nearest to what is broken. */
  readonly name: string;
  readonly isLength: boolean;
  /** A covariance or a variance that is none, of finite numbers. */
  readonly isImpossible?: true;
  readonly args: Args;
}

const isNumbers = (value: unknown): value is number[] | Float64Array =>
  value instanceof Float64Array || (Array.isArray(value) && value.every((x) => typeof x === "number"));

/** A row of a table: numbers, and texts among them. */
const isCells = (value: unknown): value is (number | string)[] =>
  Array.isArray(value) &&
  value.every((x) => typeof x === "number" || typeof x === "string") &&
  value.some((x) => typeof x === "number");

const isPlain = (value: unknown): value is Args =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Whether a matrix is one that could be a covariance by its shape. */
const isMatrix = (value: unknown): value is number[][] =>
  Array.isArray(value) && value.length > 0 && value.every((row) => Array.isArray(row) && isNumbers(row));

/** A variance below zero, and matrices that are the covariance of nothing: one not symmetric, one not positive. */
function impossible(key: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (key === "noiseVariance" && typeof value === "number") return [["negative", -value]];
  if (!["covariance", "taskCovariance"].includes(key) || !isMatrix(value)) return [];
  const put = (i: number, j: number, x: number): number[][] =>
    value.map((row, a) => row.map((y, b) => (a === i && b === j ? x : y)));
  return [
    ["not symmetric", put(0, 1, value[0]![1]! + 1e-3)],
    ["not positive", put(0, 0, -1)],
    [
      "indefinite",
      value.map((row, i) => row.map((x, j) => (i === j ? x : 1 + value[i]![i]! + value[j]![j]!))),
    ],
  ];
}

/** The names of all arrays of numbers among the arguments: when two lengths disagree, either may be the wrong one. */
export function arrayNames(args: unknown, name = ""): readonly string[] {
  if (isNumbers(args)) return [name];
  if (Array.isArray(args)) return args.flatMap((item) => arrayNames(item, name));
  if (isPlain(args)) return Object.entries(args).flatMap(([key, item]) => arrayNames(item, key));
  return [];
}

/** Every way to break one number or one array of the arguments. */
export function brokenWays(args: Args): readonly Broken[] {
  const ways = (
    value: unknown,
    what: string,
    name: string,
    put: (broken: unknown) => Args,
  ): readonly Broken[] => {
    const length = (how: string, broken: unknown): Broken => ({
      what: `${what}: ${how}`,
      name,
      isLength: true,
      args: put(broken),
    });
    if (typeof value === "number")
      return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((broken) => ({
        what: `${what}: ${broken}`,
        name,
        isLength: false,
        args: put(broken),
      }));
    if (value instanceof Float64Array)
      return [
        length("short", value.slice(0, -1)),
        length("long", Float64Array.from([...value, 0])),
        ...[...value.keys()]
          .slice(0, 3)
          .flatMap((i) =>
            ways(value[i], `${what}[${i}]`, name, (broken) =>
              put(value.map((x, k) => (k === i ? (broken as number) : x))),
            ),
          ),
      ];
    if (Array.isArray(value))
      return [
        ...(value.length > 0 && (isCells(value) || value.every(isCells))
          ? [length("short", value.slice(0, -1)), length("long", [...value, isCells(value) ? 0 : value[0]])]
          : []),
        ...value.flatMap((item, i) =>
          ways(item, `${what}[${i}]`, name, (broken) => put(value.map((x, k) => (k === i ? broken : x)))),
        ),
      ];
    if (!isPlain(value)) return [];
    return Object.entries(value).flatMap(([key, item]) => [
      ...ways(item, what === "" ? key : `${what}.${key}`, key, (broken) => put({ ...value, [key]: broken })),
      ...impossible(key, item).map(([how, broken]) => ({
        what: `${what === "" ? key : `${what}.${key}`}: ${how}`,
        name: key,
        isLength: false,
        isImpossible: true as const,
        args: put({ ...value, [key]: broken }),
      })),
    ]);
  };
  return ways(args, "", "", (broken) => broken as Args);
}
