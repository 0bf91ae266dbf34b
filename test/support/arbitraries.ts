import fc from "fast-check";
import type { Matrix, Vector } from "../../src/core/algebra/matrix";
import { FLOAT, type NumberField, RATIONAL, type Rational } from "../../src/core/algebra/numberField";
import type { AttentionParameters } from "../../src/core/model/attentionParameters";
import type { RegressionProblem } from "../../src/core/problem/regressionProblem";

/** A small fraction written as text, so that one drawn value serves both number fields. */
const ratio = fc
  .tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 1, max: 4 }))
  .map(([p, q]) => `${p}/${q}`);
const vector = (length: number): fc.Arbitrary<readonly string[]> =>
  fc.array(ratio, { minLength: length, maxLength: length });
const matrix = (rows: number, columns: number): fc.Arbitrary<readonly (readonly string[])[]> =>
  fc.array(vector(columns), { minLength: rows, maxLength: rows });

/** One random instance, before a number field is chosen. */
export interface Instance {
  readonly dimension: number;
  /** Square root of Σ up to the identity: Σ = AAᵀ + I. */
  readonly covarianceRoot: readonly (readonly string[])[];
  /** Root of the task covariance, Λ = BBᵀ + I. */
  readonly taskRoot: readonly (readonly string[])[];
  readonly noiseVariance: string;
  readonly task: readonly string[];
  readonly targetTask: readonly string[];
  readonly value: readonly string[];
  readonly keyQuery: readonly (readonly string[])[];
  readonly shots: number | "infinity";
  /** Two free numbers, for what a test wants to vary. */
  readonly free: readonly string[];
}

/** Random problems, tasks, parameters and shot counts with small rational entries, d from 1 to `maxDimension`. */
export function instances(maxDimension = 3): fc.Arbitrary<Instance> {
  return fc.integer({ min: 1, max: maxDimension }).chain((d) =>
    fc.record({
      dimension: fc.constant(d),
      covarianceRoot: matrix(d, d),
      taskRoot: matrix(d, d),
      noiseVariance: fc
        .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 4 }))
        .map(([p, q]) => `${p}/${q}`),
      task: vector(d),
      targetTask: vector(d),
      value: vector(d + 2),
      keyQuery: matrix(d + 2, d + 2),
      shots: fc.oneof(
        { weight: 7, arbitrary: fc.integer({ min: 0, max: 40 }) },
        { weight: 1, arbitrary: fc.constant("infinity" as const) },
      ),
      free: vector(2),
    }),
  );
}

/** The same instance in the numbers of one field. */
export interface Realised<T> {
  readonly problem: RegressionProblem<T>;
  readonly taskCovariance: Matrix<T>;
  readonly task: Vector<T>;
  readonly targetTask: Vector<T>;
  readonly parameters: AttentionParameters<T>;
  readonly shots: number | "infinity";
  readonly free: Vector<T>;
}

export function realise<T>(field: NumberField<T>, instance: Instance): Realised<T> {
  const read = (row: readonly string[]): T[] => row.map((text) => field.from(text));
  return {
    problem: {
      dimension: instance.dimension,
      covariance: gramPlusIdentity(field, instance.covarianceRoot.map(read)),
      noiseVariance: field.from(instance.noiseVariance),
    },
    taskCovariance: gramPlusIdentity(field, instance.taskRoot.map(read)),
    task: read(instance.task),
    targetTask: read(instance.targetTask),
    parameters: { value: read(instance.value), keyQuery: instance.keyQuery.map(read) },
    shots: instance.shots,
    free: read(instance.free),
  };
}

export const asFloats = (instance: Instance): Realised<number> => realise(FLOAT, instance);
export const asRationals = (instance: Instance): Realised<Rational> => realise(RATIONAL, instance);

function gramPlusIdentity<T>(field: NumberField<T>, rows: Matrix<T>): T[][] {
  return rows.map((a, i) =>
    rows.map((b, j) =>
      a.reduce((sum, x, k) => field.add(sum, field.multiply(x, b[k]!)), i === j ? field.one : field.zero),
    ),
  );
}
