import {
  type Matrix,
  matrixFrom,
  type NumberField,
  RATIONAL,
  type Rational,
  type Vector,
} from "@finetune-icl/core/algebra";
import type { AttentionParameters } from "@finetune-icl/core/model";

/** Exact vectors and matrices for identity checks, in the numbers of any point: no sum begins with a zero of another field. */

export const inverseOf = (field: NumberField<Rational>, matrix: Matrix<Rational>): Matrix<Rational> =>
  field.math.inv(matrix) as Matrix<Rational>;

export const multiply = (a: Matrix<Rational>, b: Matrix<Rational>): Matrix<Rational> =>
  matrixFrom(a.length, b[0]!.length, (i, j) => sum(a[i]!.map((x, k) => x.mul(b[k]![j]!))));

export const transpose = (a: Matrix<Rational>): Matrix<Rational> =>
  matrixFrom(a[0]!.length, a.length, (i, j) => a[j]![i]!);

export const apply = (a: Matrix<Rational>, x: Vector<Rational>): Vector<Rational> =>
  a.map((row) => dot(row, x));

export const dot = (x: Vector<Rational>, y: Vector<Rational>): Rational =>
  sum(x.map((value, i) => value.mul(y[i]!)));

/** Of one number or more. */
export const sum = (terms: Vector<Rational>): Rational => terms.reduce((total, term) => total.add(term));

export const scale = (factor: Rational | number, x: Vector<Rational>): Vector<Rational> =>
  x.map((value) => value.mul(factor));

export const scaleMatrix = (factor: Rational | number, a: Matrix<Rational>): Matrix<Rational> =>
  a.map((row) => scale(factor, row));

export const identity = (field: NumberField<Rational>, d: number): Matrix<Rational> =>
  matrixFrom(d, d, (i, j) => (i === j ? field.one : field.zero));

export const ratio = (numerator: number, denominator = 1): Rational =>
  RATIONAL.from(`${numerator}/${denominator}`);

/** A function of the parameters, such as a risk or a weighted sum of risks. */
export type Loss = (parameters: AttentionParameters<Rational>) => Rational;

/** v and M entry by entry, in one list: first v, then M row by row. */
export const flatten = ({ value, keyQuery }: AttentionParameters<Rational>): Vector<Rational> => [
  ...value,
  ...keyQuery.flat(),
];

/** The inverse of {@link flatten}, D being the length of v. */
export const unflatten = (entries: Vector<Rational>, size: number): AttentionParameters<Rational> => ({
  value: entries.slice(0, size),
  keyQuery: matrixFrom(size, size, (i, j) => entries[size + i * size + j]!),
});

/**
 * The derivatives in the entries listed, numbered as in {@link flatten}. The risk is quadratic in every single entry, so a
 * central difference of any step is exact.
 */
export function derivatives(
  loss: Loss,
  parameters: AttentionParameters<Rational>,
  entries: readonly number[],
): Vector<Rational> {
  const flat = flatten(parameters);
  const at = (entry: number, step: number): Rational =>
    loss(
      unflatten(
        flat.map((value, k) => (k === entry ? value.add(step) : value)),
        parameters.value.length,
      ),
    );
  return entries.map((entry) => at(entry, 1).sub(at(entry, -1)).div(2));
}

/** The second derivatives in the entries listed, by exact differences; for losses that are quadratic in them jointly. */
export function hessian(
  loss: Loss,
  parameters: AttentionParameters<Rational>,
  entries: readonly number[],
): Matrix<Rational> {
  const flat = flatten(parameters);
  const at = (...steps: readonly (readonly [number, number])[]): Rational => {
    const moved = [...flat];
    for (const [entry, step] of steps) moved[entry] = moved[entry]!.add(step);
    return loss(unflatten(moved, parameters.value.length));
  };
  return matrixFrom(entries.length, entries.length, (i, j) => {
    const [a, b] = [entries[i]!, entries[j]!];
    if (a === b)
      return at([a, 1])
        .add(at([a, -1]))
        .sub(at().mul(2));
    return at([a, 1], [b, 1])
      .add(at([a, -1], [b, -1]))
      .sub(at([a, 1], [b, -1]))
      .sub(at([a, -1], [b, 1]))
      .div(4);
  });
}

/** The entries of v among {@link flatten}. */
export const valueEntries = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => i);

/** All entries of v and M. */
export const allEntries = (size: number): readonly number[] =>
  Array.from({ length: size + size * size }, (_, i) => i);
