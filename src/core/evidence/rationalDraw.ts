import { readWhole } from "@finetune-icl/base";
import { matrixFrom } from "../algebra/matrix";
import { RATIONAL, type Rational } from "../algebra/numberField";
import type { RegressionProblem } from "../problem/regressionProblem";
import { RandomSource } from "../simulate/randomSource";

/** How many values each random number of a point can take. */
export const SAMPLE_SIZE = 2 ** 20;

/**
 * A point at which an identity is tried: every free number is an integer drawn evenly from {@link SAMPLE_SIZE} values. The
 * same seed, stream and order of calls give the same point. Lengths and sizes follow from the dimension d.
 */
export class RationalDraw {
  private readonly random: RandomSource;

  constructor(
    readonly dimension: number,
    seed: number,
    stream: number,
  ) {
    readWhole(dimension, "dimension", 1);
    this.random = new RandomSource(seed, stream);
  }

  /** From −2¹⁹ up to 2¹⁹, zero left out, so that it may stand in a denominator. */
  number(): Rational {
    const value = this.index() - SAMPLE_SIZE / 2;
    return RATIONAL.from(value < 0 ? value : value + 1);
  }

  /** From 1 up. */
  positive(): Rational {
    return RATIONAL.from(this.index() + 1);
  }

  /** A number of shots n, from 1 up. */
  shots(): number {
    return this.index() + 1;
  }

  vector(length = this.dimension): readonly Rational[] {
    return Array.from({ length }, () => this.number());
  }

  matrix(rows = this.dimension, columns = rows): readonly (readonly Rational[])[] {
    return matrixFrom(rows, columns, () => this.number());
  }

  symmetric(): readonly (readonly Rational[])[] {
    const { dimension: d } = this;
    const entries = this.matrix();
    return matrixFrom(d, d, (i, j) => entries[Math.min(i, j)]![Math.max(i, j)]!);
  }

  /** AAᵀ + I with random A: positive definite, of degree two in the numbers drawn. */
  covariance(): readonly (readonly Rational[])[] {
    const root = this.matrix();
    return matrixFrom(this.dimension, this.dimension, (i, j) =>
      root[i]!.reduce((sum, x, k) => sum.add(x.mul(root[j]![k]!)), i === j ? RATIONAL.one : RATIONAL.zero),
    );
  }

  problem(): RegressionProblem<Rational> {
    return {
      dimension: this.dimension,
      covariance: this.covariance(),
      noiseVariance: this.positive(),
    };
  }

  private index(): number {
    return this.random.bits() % SAMPLE_SIZE;
  }
}
