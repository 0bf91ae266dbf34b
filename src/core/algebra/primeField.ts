import { interpretedMathematics, type Rows } from "./expression";
import { matrixFrom } from "./matrix";
import type { NumberField } from "./numberField";
import { type Rational, type RationalInput, readRatio } from "./rational";

/** Thrown where a number without inverse modulo the prime is divided by: the point is unlucky, not the identity false. */
export class NoInverse extends RangeError {}

/**
 * A residue modulo a prime below 2²⁶, so that a product of two is exact in double precision. It has the operations of an exact
 * rational and stands in for one: whatever holds between rationals holds between their residues. The order of the rationals
 * is lost: a residue is zero or not zero.
 */
class Residue implements Rational {
  readonly d = 1n;
  constructor(
    readonly value: number,
    readonly prime: number,
  ) {}
  get s(): bigint {
    return this.value === 0 ? 0n : 1n;
  }
  get n(): bigint {
    return BigInt(this.value);
  }
  private of(other: RationalInput): number {
    return other instanceof Residue ? other.value : residueOf(other, this.prime);
  }
  private make(value: number): Residue {
    return new Residue(value, this.prime);
  }
  abs(): Rational {
    return this;
  }
  neg(): Rational {
    return this.make(this.value === 0 ? 0 : this.prime - this.value);
  }
  inverse(): Rational {
    return this.make(inverseModulo(this.value, this.prime));
  }
  add(other: RationalInput): Rational {
    const sum = this.value + this.of(other);
    return this.make(sum >= this.prime ? sum - this.prime : sum);
  }
  sub(other: RationalInput): Rational {
    const difference = this.value - this.of(other);
    return this.make(difference < 0 ? difference + this.prime : difference);
  }
  mul(other: RationalInput): Rational {
    return this.make((this.value * this.of(other)) % this.prime);
  }
  div(other: RationalInput): Rational {
    return this.make((this.value * inverseModulo(this.of(other), this.prime)) % this.prime);
  }
  pow(exponent: RationalInput): Rational {
    const count = Number(exponent.valueOf());
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`no power ${exponent} of a residue`);
    let result: Rational = this.make(1);
    for (let k = 0; k < count; k += 1) result = result.mul(this);
    return result;
  }
  equals(other: RationalInput): boolean {
    return this.value === this.of(other);
  }
  lt(): boolean {
    return unordered();
  }
  lte(): boolean {
    return unordered();
  }
  gt(): boolean {
    return unordered();
  }
  gte(): boolean {
    return unordered();
  }
  compare(): number {
    return unordered();
  }
  valueOf(): number {
    return this.value;
  }
  toString(): string {
    return `${this.value} mod ${this.prime}`;
  }
  toFraction(): string {
    return String(this.value);
  }
}

function unordered(): never {
  throw new RangeError("residues have no order");
}

/** By Euclid's algorithm. @throws NoInverse for zero. */
function inverseModulo(value: number, prime: number): number {
  if (value === 0) throw new NoInverse(`no inverse of 0 modulo ${prime}`);
  let [a, b, x, y] = [value, prime, 1, 0];
  while (b !== 0) {
    const quotient = Math.floor(a / b);
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return x < 0 ? x + prime : x;
}

function residueOf(value: RationalInput, prime: number): number {
  const modulus = BigInt(prime);
  const reduce = (x: bigint): number => Number(((x % modulus) + modulus) % modulus);
  if (typeof value === "bigint") return reduce(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) return ((value % prime) + prime) % prime;
  const ratio =
    typeof value === "object" ? { numerator: value.s * value.n, denominator: value.d } : readRatio(value);
  if (ratio === undefined) throw new RangeError(`not a number of this field: ${value}`);
  const denominator = reduce(ratio.denominator);
  return denominator === 1
    ? reduce(ratio.numerator)
    : (reduce(ratio.numerator) * inverseModulo(denominator, prime)) % prime;
}

/** The integers modulo a prime below 2²⁶. @throws RangeError when the modulus is no such prime. */
export function primeField(prime: number): NumberField<Rational> {
  if (!isPrime(prime) || prime >= 2 ** 26) throw new RangeError(`not a prime below 2^26: ${prime}`);
  const from = (value: number | string): Rational => new Residue(residueOf(value, prime), prime);
  const residue = (value: Rational): Residue =>
    value instanceof Residue ? value : new Residue(residueOf(value, prime), prime);
  const [zero, one] = [from(0), from(1)];
  const operations = {
    zero,
    one,
    from,
    add: (a: Rational, b: Rational) => residue(a).add(b),
    subtract: (a: Rational, b: Rational) => residue(a).sub(b),
    multiply: (a: Rational, b: Rational) => residue(a).mul(b),
    divide: (a: Rational, b: Rational) => residue(a).div(b),
  };
  const inverse = (matrix: Rows<Rational>): Rows<Rational> => gaussJordan(matrix, one, zero).inverse;
  const determinant = (matrix: Rows<Rational>): Rational => gaussJordan(matrix, one, zero).determinant;
  return {
    name: "prime",
    math: interpretedMathematics({ ...operations, inverse, determinant }),
    read: (value) => {
      try {
        return from(value);
      } catch {
        return undefined;
      }
    },
    sign: (a) => (residue(a).value === 0 ? 0 : 1),
    toNumber: (a) => residue(a).value,
    ...operations,
  };
}

/** By elimination; every row that is not zero in a column can be its pivot. @throws NoInverse when there is none. */
function gaussJordan(
  matrix: Rows<Rational>,
  one: Rational,
  zero: Rational,
): { readonly inverse: Rows<Rational>; readonly determinant: Rational } {
  const d = matrix.length;
  const left = matrixFrom(d, d, (i, j) => zero.add(matrix[i]![j]!));
  const right = matrixFrom(d, d, (i, j) => (i === j ? one : zero));
  let determinant = one;
  for (let k = 0; k < d; k += 1) {
    const pivot = left.findIndex((row, i) => i >= k && !row[k]!.equals(0));
    if (pivot < 0) throw new NoInverse("a singular matrix has no inverse");
    if (pivot !== k) determinant = determinant.neg();
    for (const side of [left, right]) [side[k], side[pivot]] = [side[pivot]!, side[k]!];
    const scale = left[k]![k]!.inverse();
    determinant = determinant.mul(left[k]![k]!);
    for (const side of [left, right]) side[k] = side[k]!.map((x) => x.mul(scale));
    for (let i = 0; i < d; i += 1) {
      const factor = left[i]![k]!;
      if (i === k || factor.equals(0)) continue;
      for (const side of [left, right]) side[i] = side[i]!.map((x, j) => x.sub(factor.mul(side[k]![j]!)));
    }
  }
  return { inverse: right, determinant };
}

/** By trial division. */
export function isPrime(candidate: number): boolean {
  if (!Number.isInteger(candidate) || candidate < 2) return false;
  for (let factor = 2; factor * factor <= candidate; factor += 1) if (candidate % factor === 0) return false;
  return true;
}
