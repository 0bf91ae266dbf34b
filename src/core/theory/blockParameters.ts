import { requireNumber, requireSquare, requireVector } from "@finetune-icl/base";
import { type Matrix, matrixFrom, type Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import type { AttentionParameters } from "../model/attentionParameters";
import { CONSTANT_SLOT, FIRST_COVARIATE_SLOT, labelSlot, tokenLength } from "../model/tokens";

/** The parts of (v, M) that the theory's optima use; what is left out is zero, except the label weight, which is 1. */
export interface ParameterBlocks<T> {
  /** Covariate block M_xx, d × d. */
  readonly block: Matrix<T>;
  /** M₀₀. */
  readonly scoreScale?: T;
  /** M_x0, length d. */
  readonly firstColumn?: Vector<T>;
  /** M_0x, length d. */
  readonly firstRow?: Vector<T>;
  /** v₀. */
  readonly valueConstant?: T;
  /** v_x, length d. */
  readonly valueVector?: Vector<T>;
  /** w, the label slot of v. */
  readonly labelWeight?: T;
}

/** That the blocks fit each other and hold finite numbers. @returns d. @throws InputError naming the block. */
function requireBlocks<T>({ block, ...others }: ParameterBlocks<T>): number {
  const d = requireSquare(block, "block");
  for (const name of ["scoreScale", "valueConstant", "labelWeight"] as const)
    if (others[name] !== undefined) requireNumber(others[name], name);
  for (const name of ["firstColumn", "firstRow", "valueVector"] as const) {
    const vector = others[name];
    if (vector !== undefined) requireVector(vector, name, d);
  }
  return d;
}

/**
 * Assembles v (length D) and M (D × D) from blocks.
 * @throws InputError naming the block whose size does not fit or that holds what is no finite number.
 */
export function blockParameters<T>(
  field: NumberField<T>,
  blocks: ParameterBlocks<T>,
): AttentionParameters<T> {
  const { block } = blocks;
  const d = requireBlocks(blocks);
  const size = tokenLength(d);
  const label = labelSlot(d);
  const { zero } = field;
  return {
    value: [
      blocks.valueConstant ?? zero,
      ...(blocks.valueVector ?? block.map(() => zero)),
      blocks.labelWeight ?? field.one,
    ],
    keyQuery: matrixFrom(size, size, (i, j) => {
      if (i === label || j === label) return zero;
      if (i === CONSTANT_SLOT && j === CONSTANT_SLOT) return blocks.scoreScale ?? zero;
      if (i === CONSTANT_SLOT) return blocks.firstRow?.[j - FIRST_COVARIATE_SLOT] ?? zero;
      if (j === CONSTANT_SLOT) return blocks.firstColumn?.[i - FIRST_COVARIATE_SLOT] ?? zero;
      return block[i - FIRST_COVARIATE_SLOT]![j - FIRST_COVARIATE_SLOT]!;
    }),
  };
}

/** The d × d matrix of zeros. */
export function zeroBlock<T>(field: NumberField<T>, dimension: number): Matrix<T> {
  return matrixFrom(dimension, dimension, () => field.zero);
}
