import { InputError, readWhole } from "@finetune-icl/base";

/**
 * The task θ = ±e_k, of length 1 along one covariate axis. With Σ = I tasks of different k are at right angles, and those of
 * opposite sign opposite.
 * @throws InputError when `dimension` is no whole number from 1 up, `axis` is none of 0, …, d − 1, or `sign` is not ±1.
 */
export function unitTask(dimension: number, axis: number, sign: 1 | -1 = 1): number[] {
  readWhole(dimension, "dimension", 1);
  if (Math.abs(sign) !== 1) throw new InputError("sign", sign, "1 or -1");
  if (!(Number.isInteger(axis) && axis >= 0 && axis < dimension)) {
    throw new InputError("axis", axis, `a whole number from 0 to ${dimension - 1}`);
  }
  return Array.from({ length: dimension }, (_, i) => (i === axis ? sign : 0));
}
