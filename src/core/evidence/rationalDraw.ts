import { readWhole } from "@finetune-icl/base";
import { matrixFrom } from "../algebra/matrix";
import { type NumberField, RATIONAL, type Rational } from "../algebra/numberField";
import { isPrime, primeField } from "../algebra/primeField";
import type { RegressionProblem } from "../problem/regressionProblem";
import { RandomSource } from "../simulate/randomSource";
import { BOUNDS, DIMENSION_BOUND, drawnBound, drawnWhole } from "./bounds";

/** How many values each random number of a rational point can take. */
export const SAMPLE_SIZE = 2 ** 20;

/** Primes are drawn from here up to twice as much; there are 1 894 120 of them. */
export const LEAST_PRIME = 2 ** 25;

type Numbers = readonly Rational[];

/** What a number that is drawn stands for: how often a vector stands in it, and its degree. */
interface Drawing {
  /** A number other than zero. */
  readonly unit: () => Rational;
  readonly positive: () => Rational;
  readonly whole: () => number;
  readonly vectorEntry: () => Rational;
  readonly matrixEntry: () => Rational;
}

/**
 * A point at which an identity is tried, in the numbers of `field`: rationals, residues modulo a prime, or bounds of degrees. The
 * same order of calls gives the same point. Lengths and sizes follow from the dimension d.
 */
export class IdentityDraw {
  /** d as a number of the field. */
  readonly d: Rational;

  protected constructor(
    readonly dimension: number,
    readonly field: NumberField<Rational>,
    private readonly drawing: Drawing,
  ) {
    readWhole(dimension, "dimension", 1);
    this.d = field === BOUNDS ? DIMENSION_BOUND : field.from(dimension);
  }

  /** A number other than zero, so that it may stand in a denominator. */
  number(): Rational {
    return this.drawing.unit();
  }

  /** A number that may be a variance or a weight. */
  positive(): Rational {
    return this.drawing.positive();
  }

  /** A number of shots n, from 1 up. */
  shots(): number {
    return this.drawing.whole();
  }

  vector(length = this.dimension): Numbers {
    return Array.from({ length }, this.drawing.vectorEntry);
  }

  matrix(rows = this.dimension, columns = rows): readonly Numbers[] {
    return matrixFrom(rows, columns, this.drawing.matrixEntry);
  }

  /** An entry of a tensor of any order, such as a moment of the covariates. */
  tensorEntry(order: number): Rational {
    return this.field === BOUNDS ? drawnBound(order) : this.drawing.matrixEntry();
  }

  symmetric(): readonly Numbers[] {
    const { dimension: d } = this;
    const entries = this.matrix();
    return matrixFrom(d, d, (i, j) => entries[Math.min(i, j)]![Math.max(i, j)]!);
  }

  /** Σ: AAᵀ + I with random A, of degree two in the numbers drawn. Bounds count it as I, by a change of variables. */
  covariance(): readonly Numbers[] {
    if (this.field === BOUNDS) return matrixFrom(this.dimension, this.dimension, () => drawnBound(0, 2));
    return this.gramMatrix();
  }

  /** Another matrix that is positive definite, such as Λ. */
  gramMatrix(): readonly Numbers[] {
    const root = this.matrix();
    const { one, zero } = this.field;
    return matrixFrom(this.dimension, this.dimension, (i, j) =>
      root[i]!.reduce((sum, x, k) => sum.add(x.mul(root[j]![k]!)), i === j ? one : zero),
    );
  }

  problem(): RegressionProblem<Rational> {
    return {
      dimension: this.dimension,
      covariance: this.covariance(),
      noiseVariance: this.positive(),
    };
  }

  /** A sum over the d directions of space: it can hold one loop in which nothing stands, and so one more power of d. */
  sumOverDirections(terms: Numbers): Rational {
    return this.withLoops(
      1,
      terms.reduce((total, term) => total.add(term), this.field.zero),
    );
  }

  /** The same number, in which so many sums over directions may be hidden; expressions of formulas count theirs themselves. */
  withLoops(loops: number, value: Rational): Rational {
    if (this.field !== BOUNDS) return value;
    return Array.from({ length: loops }).reduce((sum: Rational) => sum.mul(this.d), value);
  }
}

/**
 * A point of rationals: every free number is an integer drawn evenly from {@link SAMPLE_SIZE} values. The same seed, stream and
 * order of calls give the same point.
 */
export class RationalDraw extends IdentityDraw {
  constructor(dimension: number, seed: number, stream: number) {
    const random = new RandomSource(seed, stream);
    const index = (): number => random.bits() % SAMPLE_SIZE;
    // From −2¹⁹ up to 2¹⁹, zero left out.
    const unit = (): Rational => {
      const value = index() - SAMPLE_SIZE / 2;
      return RATIONAL.from(value < 0 ? value : value + 1);
    };
    super(dimension, RATIONAL, {
      unit,
      positive: () => RATIONAL.from(index() + 1),
      whole: () => index() + 1,
      vectorEntry: unit,
      matrixEntry: unit,
    });
  }
}

/** A point of residues modulo a prime that is itself drawn; every free number is drawn evenly from all residues. */
export class PrimeDraw extends IdentityDraw {
  readonly prime: number;

  constructor(dimension: number, seed: number, stream: number) {
    const random = new RandomSource(seed, stream);
    const below = (limit: number): number => {
      // What is left over at the end of 2³² would make small values more likely.
      const whole = 2 ** 32 - (2 ** 32 % limit);
      let bits = random.bits();
      while (bits >= whole) bits = random.bits();
      return bits % limit;
    };
    let prime = LEAST_PRIME;
    while (!isPrime(prime)) prime = LEAST_PRIME + below(LEAST_PRIME);
    const field = primeField(prime);
    const any = (): Rational => field.from(below(prime));
    const unit = (): Rational => field.from(1 + below(prime - 1));
    super(dimension, field, {
      unit,
      positive: unit,
      whole: () => 1 + below(prime - 1),
      vectorEntry: any,
      matrixEntry: any,
    });
    this.prime = prime;
  }
}

/** No point, but what is known of any: bounds of degrees take the place of numbers. */
export class BoundDraw extends IdentityDraw {
  constructor(dimension: number) {
    let wholes = 0;
    const scalar = (): Rational => drawnBound(0);
    super(dimension, BOUNDS, {
      unit: scalar,
      positive: scalar,
      whole: () => {
        wholes += 1;
        return drawnWhole(wholes);
      },
      vectorEntry: () => drawnBound(1),
      matrixEntry: () => drawnBound(2),
    });
  }
}
