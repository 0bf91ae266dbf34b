import { InputError, requireRows, requireVector } from "@finetune-icl/base";
import type { Matrix, Vector } from "../algebra/matrix";
import type { ExampleSource } from "./exampleSource";
import type { RandomSource } from "./randomSource";

/**
 * Draws examples from the rows of a table, each row at most once a prompt: `covariates` has a row of d numbers for each
 * example, `labels` one number.
 * @throws InputError when there are no rows, they are not of one length, a number is not finite, or a prompt asks for more of them than there are.
 */
export class RowSampler implements ExampleSource {
  readonly dimension: number;
  readonly covariates: Float64Array;
  private readonly rows: Float64Array;
  private readonly labels: Float64Array;
  private readonly order: Uint32Array;
  private drawn = 0;

  constructor(
    covariates: Matrix,
    labels: Vector,
    private readonly random: RandomSource,
  ) {
    if (covariates.length === 0 || covariates.length !== labels.length) {
      throw new InputError("labels", labels.length, "one label for each of one or more rows");
    }
    this.dimension = requireRows(covariates, "covariates");
    requireVector(labels, "labels", covariates.length);
    this.covariates = new Float64Array(this.dimension);
    this.rows = Float64Array.from(covariates.flat());
    this.labels = Float64Array.from(labels);
    this.order = Uint32Array.from(labels, (_, i) => i);
  }

  readonly startPrompt = (): void => {
    this.drawn = 0;
  };

  readonly next = (): number => {
    const { order, drawn, dimension: d } = this;
    const left = order.length - drawn;
    if (left === 0)
      throw new InputError("shots", drawn, `at most ${order.length - 1}: a query needs a row too`);
    // One step of Fisher and Yates' shuffle.
    const pick = drawn + Math.floor(left * this.random.uniform());
    const row = order[pick]!;
    order[pick] = order[drawn]!;
    order[drawn] = row;
    this.drawn = drawn + 1;
    for (let i = 0; i < d; i += 1) this.covariates[i] = this.rows[row * d + i]!;
    return this.labels[row]!;
  };
}
