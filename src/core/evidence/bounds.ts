import { interpretedMathematics, type Rows } from "../algebra/expression";
import { matrixFrom } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { Rational, RationalInput } from "../algebra/rational";

/** What is known of a polynomial in the numbers drawn for a point. */
export interface Sizes {
  /** Its degree in the numbers drawn is at most this. */
  readonly degree: number;
  /**
   * With Σ = I: in how many places of one term a vector can stand, a matrix counting twice; Infinity where that grows with d.
   */
  readonly slots: number;
  /** Its degree in d is at most this. */
  readonly dimensionDegree: number;
}

const CONSTANT: Sizes = { degree: 0, slots: 0, dimensionDegree: 0 };

const product = (a: Sizes, b: Sizes, times = 1): Sizes => ({
  degree: a.degree + times * b.degree,
  slots: a.slots + times * b.slots,
  dimensionDegree: a.dimensionDegree + times * b.dimensionDegree,
});

const either = (a: Sizes, b: Sizes): Sizes => ({
  degree: Math.max(a.degree, b.degree),
  slots: Math.max(a.slots, b.slots),
  dimensionDegree: Math.max(a.dimensionDegree, b.dimensionDegree),
});

/** The factors of a denominator by what they are, each with its sizes and its power. */
type Factors = ReadonlyMap<string, readonly [Sizes, number]>;

const NONE: Factors = new Map();

/** Whole numbers from here up stand for a drawn number of shots. */
const FIRST_DRAWN_WHOLE = 2 ** 40;

let names = 0;

/**
 * In place of a number: bounds for the rational function that it is of the numbers drawn, as a numerator over factors of a
 * denominator. Sums and products of bounds are bounds of sums and products; nothing that cancels is noticed.
 */
export class Bound implements Rational {
  readonly s = 1n;
  readonly n = 1n;
  readonly d = 1n;
  readonly label: string;

  constructor(
    /** undefined for the number zero. */
    readonly numerator: Sizes | undefined,
    readonly denominator: Factors = NONE,
    /** What it is, so that a denominator it stands in is known again. */
    label?: string,
  ) {
    names += 1;
    this.label = label ?? `#${names}`;
  }

  get isZero(): boolean {
    return this.numerator === undefined;
  }

  /** Degree of numerator and denominator in the numbers drawn, as the identities need it. */
  get total(): { readonly numerator: Sizes; readonly denominator: Sizes } {
    return { numerator: this.numerator ?? CONSTANT, denominator: sizesOf(this.denominator) };
  }

  add(other: RationalInput): Bound {
    const that = boundOf(other);
    if (this.numerator === undefined) return that;
    if (that.numerator === undefined) return this;
    const common = new Map(this.denominator);
    for (const [name, [sizes, power]] of that.denominator) {
      common.set(name, [sizes, Math.max(power, common.get(name)?.[1] ?? 0)]);
    }
    return new Bound(either(this.raised(common)!, that.raised(common)!), common);
  }

  /** The numerator over a multiple of the denominator. */
  private raised(common: Factors): Sizes {
    let numerator = this.numerator!;
    for (const [name, [sizes, power]] of common) {
      const missing = power - (this.denominator.get(name)?.[1] ?? 0);
      if (missing > 0) numerator = product(numerator, sizes, missing);
    }
    return numerator;
  }

  mul(other: RationalInput): Bound {
    const that = boundOf(other);
    if (this.numerator === undefined || that.numerator === undefined) return ZERO;
    const factors = new Map(this.denominator);
    for (const [name, [sizes, power]] of that.denominator) {
      factors.set(name, [sizes, power + (factors.get(name)?.[1] ?? 0)]);
    }
    return new Bound(product(this.numerator, that.numerator), factors);
  }

  inverse(): Bound {
    if (this.numerator === undefined) throw new RangeError("division by zero");
    return new Bound(sizesOf(this.denominator), new Map([[this.label, [this.numerator, 1]]]));
  }

  div(other: RationalInput): Bound {
    return this.mul(boundOf(other).inverse());
  }
  sub(other: RationalInput): Bound {
    return this.add(other);
  }
  neg(): Bound {
    return this;
  }
  abs(): Bound {
    return this;
  }
  pow(exponent: RationalInput): Bound {
    return Array.from({ length: Number(exponent) }).reduce((power: Bound) => power.mul(this), ONE);
  }
  equals(): boolean {
    return unknown();
  }
  lt(): boolean {
    return unknown();
  }
  lte(): boolean {
    return unknown();
  }
  gt(): boolean {
    return unknown();
  }
  gte(): boolean {
    return unknown();
  }
  compare(): number {
    return unknown();
  }
  valueOf(): number {
    return unknown();
  }
  toString(): string {
    return "a bound";
  }
  toFraction(): string {
    return unknown();
  }
}

function unknown(): never {
  throw new RangeError("a bound of a number has no value");
}

const sizesOf = (factors: Factors): Sizes =>
  [...factors.values()].reduce((sum, [sizes, power]) => product(sum, sizes, power), CONSTANT);

const ZERO = new Bound(undefined);
const ONE = new Bound(CONSTANT, NONE, "1");

/** The bound of a number: a whole number from 2⁴⁰ up is a drawn number of shots, any other a constant. */
export function boundOf(value: RationalInput): Bound {
  if (value instanceof Bound) return value;
  const number = Number(value);
  if (number === 0) return ZERO;
  const drawn = Math.abs(number) >= FIRST_DRAWN_WHOLE;
  return new Bound(drawn ? { ...CONSTANT, degree: 1 } : CONSTANT, NONE, String(number));
}

/** A number drawn as it is, which stands in so many places for a vector. */
export const drawnBound = (slots: number, degree = 1): Bound =>
  new Bound({ degree, slots, dimensionDegree: 0 });

/** d itself. */
export const DIMENSION_BOUND = new Bound({ ...CONSTANT, dimensionDegree: 1 }, NONE, "d");

/** A drawn number of shots: any whole number that {@link BOUNDS} takes for one. */
export const drawnWhole = (k: number): number => FIRST_DRAWN_WHOLE * 2 ** (k % 8);

/**
 * The inverse of a matrix: adjugate over determinant. Where no vector stands in it with Σ = I, it is a multiple of I then, and its
 * inverse too; otherwise the number of places grows with d.
 */
function inverse(matrix: Rows<Rational>): Rows<Bound> {
  const d = matrix.length;
  const entries = matrix.flat().map(boundOf);
  const largest = entries.reduce((sum, x) => sum.add(x), ZERO);
  const { numerator, denominator } = largest.total;
  const white = numerator.slots === 0 && denominator.slots === 0;
  const times = (sizes: Sizes, count: number): number => count * sizes.degree;
  const slots = white ? 0 : Number.POSITIVE_INFINITY;
  const factor: Sizes = {
    degree: times(numerator, d),
    slots,
    dimensionDegree: numerator.dimensionDegree,
  };
  const entry = new Bound(
    {
      degree: times(numerator, d - 1) + times(denominator, 1),
      slots,
      dimensionDegree: denominator.dimensionDegree,
    },
    new Map([[`det ${entries[0]!.label}`, [factor, 1]]]),
  );
  return matrixFrom(d, d, () => entry);
}

const from = (value: number | string): Rational =>
  boundOf(typeof value === "string" && value.includes("/") ? 1 : Number(value));

const operations = {
  zero: ZERO as Rational,
  one: ONE as Rational,
  from,
  add: (a: Rational, b: Rational) => a.add(b),
  subtract: (a: Rational, b: Rational) => a.sub(b),
  multiply: (a: Rational, b: Rational) => a.mul(b),
  divide: (a: Rational, b: Rational) => a.div(b),
};

/** A check run over this field in place of numbers yields bounds of what it compares. */
export const BOUNDS: NumberField<Rational> = {
  name: "bounds",
  math: interpretedMathematics<Rational>({
    ...operations,
    // What is summed may be a multiple of I. Whether drawn vectors stand in it or in the number before it is not known here.
    trace: (sum) => sum.mul(DIMENSION_BOUND),
    inverse,
    determinant: (matrix) => boundOf(inverse(matrix)[0]![0]!).inverse(),
  }),
  read: from,
  sign: (a) => (boundOf(a).isZero ? 0 : 1),
  toNumber: unknown,
  ...operations,
};
