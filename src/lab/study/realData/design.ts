import { InputError, readWhole, requireMatrix } from "@finetune-icl/base";
import type { Matrix, Vector } from "@finetune-icl/core/algebra";
import { streamOf } from "@finetune-icl/core/evidence";
import { RandomSource } from "@finetune-icl/core/simulate";
import { Matrix as DenseMatrix, EigenvalueDecomposition } from "ml-matrix";
import type { RealTable } from "./realTable";

/** Which columns are labels when a column is the target; all others are covariates. */
export interface LabelBlock {
  /** The target first, then the other label columns. */
  readonly labels: readonly string[];
  readonly covariates: readonly string[];
}

/**
 * The target and the next columns of the table, cyclically, are labels: three of seven or more columns, two of fewer. So
 * every column is the target once, the covariates of one model are the same for the target and for the other label columns, and
 * no label hides among them.
 * @throws InputError when the target is no column.
 * @example
 * console.log(labelBlock(["a", "b", "c", "d"], "d")); // { labels: [ 'd', 'a' ], covariates: [ 'b', 'c' ] }
 */
export function labelBlock(columns: readonly string[], target: string): LabelBlock {
  requireColumns(columns, [target], "target");
  const at = columns.indexOf(target);
  const count = columns.length >= 7 ? 3 : 2;
  const labels = Array.from({ length: count }, (_, k) => columns[(at + k) % columns.length]!);
  return { labels, covariates: columns.filter((column) => !labels.includes(column)) };
}

function requireColumns(columns: readonly string[], names: readonly string[], path: string): void {
  const missing = names.find((name) => !columns.includes(name));
  if (missing !== undefined) throw new InputError(path, missing, `one of ${columns.join(", ")}`);
}

/** Rows of a table, ready for a model: white covariates, standardised labels by column. */
export interface Examples {
  readonly covariates: Matrix;
  readonly labels: Readonly<Record<string, Vector>>;
}

/** A table in two parts: rows that a model is fitted to, and rows that it is tested on. */
export interface Split {
  readonly training: Examples;
  readonly heldOut: Examples;
  /** d. */
  readonly dimension: number;
}

/** d is at most this. */
const MAX_DIMENSION = 5;
/** A component with less variance than this, in units of one standardised column's, is left out: scaling it up scales up errors. */
const LEAST_VARIANCE = 0.05;
/** Share of the rows that a model is fitted to. */
export const TRAINING_SHARE = 0.7;

/**
 * Splits the rows at random, the same way for every target of a table, and makes examples of them: labels are standardised, the
 * covariates standardised and replaced by their leading principal components, scaled to variance 1. Everything is computed on the
 * training rows and applied to the others, so that Σ = I holds exactly on the training rows and only roughly on those held out.
 * @throws InputError when a row has not a finite number for each column, a label or covariate is no column, or a seed is none.
 */
export function splitTable(
  table: RealTable,
  { labels, covariates }: LabelBlock,
  { seed, repetition }: { readonly seed: number; readonly repetition: number },
): Split {
  requireMatrix(table.rows, "table.rows", table.rows.length, table.columns.length);
  requireColumns(table.columns, labels, "labels");
  requireColumns(table.columns, covariates, "covariates");
  readWhole(repetition, "repetition", 0);
  const random = new RandomSource(seed, streamOf("real-data", table.name, "split", repetition));
  const order = table.rows
    .map((_, i) => ({ i, key: random.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ i }) => table.rows[i]!);
  const size = Math.round(TRAINING_SHARE * order.length);
  const [training, heldOut] = [order.slice(0, size), order.slice(size)];
  const pick = (names: readonly string[]) => names.map((name) => table.columns.indexOf(name));

  const standardise = standardiser(training);
  const rows = { training: training.map(standardise), heldOut: heldOut.map(standardise) };
  const blocks = (part: Matrix) => part.map((row) => pick(covariates).map((c) => row[c]!));
  const whiten = whitener(blocks(rows.training));
  const examples = (part: Matrix): Examples => ({
    covariates: blocks(part).map(whiten),
    labels: Object.fromEntries(labels.map((name, k) => [name, part.map((row) => row[pick(labels)[k]!]!)])),
  });
  const made = { training: examples(rows.training), heldOut: examples(rows.heldOut) };
  return { ...made, dimension: made.training.covariates[0]!.length };
}

/** (x − mean)/deviation by column, of the rows given. */
function standardiser(rows: Matrix): (row: Vector) => Vector {
  const count = rows.length;
  const mean = rows[0]!.map((_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / count);
  const deviation = mean.map((m, c) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[c]! - m) ** 2, 0) / count),
  );
  return (row) => row.map((x, c) => (x - mean[c]!) / deviation[c]!);
}

/** Scores on the leading principal components of centred rows, each divided by its standard deviation. */
function whitener(rows: Matrix): (row: Vector) => Vector {
  const data = new DenseMatrix(rows.map((row) => [...row]));
  const covariance = data.transpose().mmul(data).div(rows.length);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const kept = realEigenvalues
    .map((variance, k) => ({ variance, direction: eigenvectorMatrix.getColumn(k) }))
    .filter(({ variance }) => variance >= LEAST_VARIANCE)
    .sort((a, b) => b.variance - a.variance)
    .slice(0, MAX_DIMENSION)
    .map(({ variance, direction }) => direction.map((x) => x / Math.sqrt(variance)));
  return (row) => kept.map((direction) => direction.reduce((sum, x, c) => sum + x * row[c]!, 0));
}
