import { merge } from "../exact/exactLoss";
import type { ParameterLayout } from "../model/parameterLayout";
import { addFactorSlopes } from "./headReduction";

/** The matrices of all heads of all layers at a point, (d+2) × (d+2) and row by row, layer by layer, with the slopes of a loss in them. */
export class HeadMatrices {
  readonly values: readonly Float64Array[];
  /** Keys and queries as the one matrix that scores see, whether or not the point has them apart. */
  readonly merged: readonly Float64Array[];
  readonly valueSlopes: readonly Float64Array[];
  readonly mergedSlopes: readonly Float64Array[];
  readonly #offsets: readonly number[];

  constructor(private readonly layout: ParameterLayout) {
    const { size, blocks } = layout;
    this.#offsets = blocks.filter(({ name }) => name === "value").map(({ offset }) => offset);
    const matrices = () => this.#offsets.map(() => new Float64Array(size * size));
    this.values = matrices();
    this.merged = matrices();
    this.valueSlopes = matrices();
    this.mergedSlopes = matrices();
  }

  /** Takes the matrices of a point, laid out as the constructor's layout says, and sets the slopes to zero. */
  read(point: Float64Array): void {
    const { size, shape } = this.layout;
    const square = size * size;
    this.#offsets.forEach((offset, k) => {
      const [key, query] = [offset + square, offset + 2 * square];
      const merged = this.merged[k]!;
      this.values[k]!.set(point.subarray(offset, key));
      if (shape.keyQuery === "merged") merged.set(point.subarray(key, query));
      else merge(merged, point.subarray(key, query), point.subarray(query, query + square), size, size);
      this.valueSlopes[k]!.fill(0);
      this.mergedSlopes[k]!.fill(0);
    });
  }

  /** Writes the slopes as the gradient at `point`, which is the one that was read. */
  write(gradient: Float64Array, point: Float64Array): void {
    const { size, shape } = this.layout;
    const square = size * size;
    gradient.fill(0);
    this.#offsets.forEach((offset, k) => {
      const [key, query] = [offset + square, offset + 2 * square];
      gradient.set(this.valueSlopes[k]!, offset);
      if (shape.keyQuery === "merged") gradient.set(this.mergedSlopes[k]!, key);
      else addFactorSlopes(gradient, this.mergedSlopes[k]!, point, key, query, size);
    });
  }
}
