import { readWhole, requireVector } from "@finetune-icl/base";
import type { Differentiable } from "../algebra/differentiable";
import { viewsOf } from "../exact/exactLoss";
import type { PackedParameters } from "../exact/packedParameters";
import type { RandomSource } from "../simulate/randomSource";

/** Which rank the updates of V and of M may have; rank 0 leaves a matrix as it was. */
export interface UpdateRanks {
  readonly value: number;
  readonly keyQuery: number;
}

/**
 * Low-rank fine-tuning (Hu et al. 2021, "LoRA") of one layer: V + B_V A_V and M + B_M A_M, the base held fixed. Of B_V only the label's
 * row is seen, so it is one number a rank. The point holds B_V (rank), A_V (rank × D), B_M (D × rank, column by column), A_M
 * (rank × D).
 * @throws InputError when the base does not fit the size, or a rank is no whole number.
 */
export class LowRankUpdate {
  readonly length: number;
  private readonly full: Float64Array;
  private readonly slope: Float64Array;
  private readonly offsets: readonly [number, number, number, number];

  constructor(
    /** v and M before the update, in one array: v first, then M row by row. */
    private readonly base: Float64Array,
    readonly size: number,
    readonly ranks: UpdateRanks,
  ) {
    const { value, keyQuery } = ranks;
    readWhole(size, "size", 1);
    requireVector(base, "base", size + size * size);
    readWhole(value, "ranks.value", 0);
    readWhole(keyQuery, "ranks.keyQuery", 0);
    const left = value + value * size;
    this.offsets = [0, value, left, left + keyQuery * size];
    this.length = left + 2 * keyQuery * size;
    this.full = new Float64Array(base.length);
    this.slope = new Float64Array(base.length);
  }

  /** The usual start: A normal with variance 1/D, B zero, so that nothing has changed yet. */
  start(random: RandomSource): Float64Array {
    const { size, ranks, offsets, length } = this;
    const point = new Float64Array(length);
    const deviation = 1 / Math.sqrt(size);
    for (let i = 0; i < ranks.value * size; i += 1) point[offsets[1] + i] = deviation * random.normal();
    for (let i = 0; i < ranks.keyQuery * size; i += 1) point[offsets[3] + i] = deviation * random.normal();
    return point;
  }

  /** v and M after the update; a view that the next call overwrites. @throws InputError when the point does not fit or holds what is no finite number. */
  updated(point: Float64Array): PackedParameters {
    requireVector(point, "point", this.length);
    return this.update(point);
  }

  private update(point: Float64Array): PackedParameters {
    const { base, full, size, ranks, offsets } = this;
    full.set(base);
    for (let k = 0; k < ranks.value; k += 1) {
      for (let i = 0; i < size; i += 1) full[i]! += point[k]! * point[offsets[1] + k * size + i]!;
    }
    for (let k = 0; k < ranks.keyQuery; k += 1) {
      const [left, right] = [offsets[2] + k * size, offsets[3] + k * size];
      for (let i = 0, row = size; i < size; i += 1, row += size) {
        const b = point[left + i]!;
        for (let j = 0; j < size; j += 1) full[row + j]! += b * point[right + j]!;
      }
    }
    return viewsOf(full, size);
  }

  /** A loss of v and M as a function of the update: ∂R/∂B_M = G A_Mᵀ and ∂R/∂A_M = B_Mᵀ G with G = ∂R/∂M, and so for V. */
  lossOf(loss: Differentiable): Differentiable {
    const { size, ranks, offsets, full, slope } = this;
    return (point, gradient) => {
      this.update(point);
      const value = loss(full, slope);
      gradient.fill(0);
      for (let k = 0; k < ranks.value; k += 1) {
        const right = offsets[1] + k * size;
        for (let i = 0; i < size; i += 1) {
          gradient[k]! += slope[i]! * point[right + i]!;
          gradient[right + i] = slope[i]! * point[k]!;
        }
      }
      for (let k = 0; k < ranks.keyQuery; k += 1) {
        const [left, right] = [offsets[2] + k * size, offsets[3] + k * size];
        for (let i = 0, row = size; i < size; i += 1, row += size) {
          let sum = 0;
          const b = point[left + i]!;
          for (let j = 0; j < size; j += 1) {
            const s = slope[row + j]!;
            sum += s * point[right + j]!;
            gradient[right + j]! += s * b;
          }
          gradient[left + i] = sum;
        }
      }
      return value;
    };
  }
}
