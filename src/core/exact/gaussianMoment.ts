import { InputError } from "@finetune-icl/base";
import { entry, type Matrix } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { CONSTANT_SLOT } from "../model/tokens";
import { readWhole, requireSquare } from "../problem/readInput";

/**
 * E z_i z_j … of a token z whose constant slot is 1 and whose other slots are centred Gaussian with the given covariance:
 * the sum over all pairings of the product of covariances (Isserlis 1918). Constant slots drop out.
 * @throws InputError when the covariance is not square, a number is not finite, or a slot is none of the token's.
 */
export function gaussianMoment<T>(field: NumberField<T>, covariance: Matrix<T>, slots: readonly number[]): T {
  const size = requireSquare(covariance, "covariance");
  for (const [k, slot] of slots.entries())
    if (readWhole(slot, `slots[${k}]`, 0) >= size)
      throw new InputError(`slots[${k}]`, slot, `a slot from 0 to ${size - 1}`);
  return momentOf(field, covariance, slots);
}

/** The same for arguments that are known to fit. */
export function momentOf<T>(field: NumberField<T>, covariance: Matrix<T>, slots: readonly number[]): T {
  const random = slots.filter((slot) => slot !== CONSTANT_SLOT);
  return random.length % 2 === 1 ? field.zero : sumOfPairings(field, covariance, random);
}

function sumOfPairings<T>(field: NumberField<T>, covariance: Matrix<T>, slots: readonly number[]): T {
  const [first, ...rest] = slots;
  if (first === undefined) return field.one;
  return rest.reduce((sum, partner, k) => {
    const factor = entry(covariance, first, partner);
    if (field.sign(factor) === 0) return sum;
    const others = rest.filter((_, other) => other !== k);
    return field.add(sum, field.multiply(factor, sumOfPairings(field, covariance, others)));
  }, field.zero);
}
