import { InputError } from "@finetune-icl/base";
import type { Matrix, Vector } from "../algebra/matrix";
import type { NumberField } from "../algebra/numberField";
import { join, readRecord, readVector, requireMatrix, requireVector } from "./readInput";

/**
 * A prompt: n labelled examples of one task and a query to be labelled. n = 0 is a zero-shot prompt, n ≥ 1 a few-shot
 * prompt.
 */
export interface Prompt<T = number> {
  /** n × d, one example a row. */
  readonly covariates: Matrix<T>;
  /** n labels, y = θᵀx + ε. */
  readonly labels: Vector<T>;
  /** d covariates of the query. */
  readonly query: Vector<T>;
}

/** Reads `{covariates, labels, query}`. @throws InputError naming the field when lengths disagree or an entry is no number. */
export function readPrompt<T>(field: NumberField<T>, raw: unknown, path = "prompt"): Prompt<T> {
  const record = readRecord(raw, path, ["covariates", "labels", "query"]);
  const query = readVector(field, record.query, join(path, "query"));
  const rows = record.covariates;
  const rowsPath = join(path, "covariates");
  if (!Array.isArray(rows)) throw new InputError(rowsPath, rows, "an array of examples, empty for zero-shot");
  const covariates = rows.map((row, j) => readVector(field, row, `${rowsPath}[${j}]`, query.length));
  const labels = readVector(field, record.labels, join(path, "labels"), covariates.length);
  return { covariates, labels, query };
}

/** For prompts that are already numbers: lengths that agree with d, finite numbers. @throws InputError naming the field. */
export function requirePrompt<T>(
  { covariates, labels, query }: Prompt<T>,
  dimension: number = query.length,
  path = "prompt",
): void {
  requireVector(query, join(path, "query"), dimension);
  requireMatrix(covariates, join(path, "covariates"), covariates.length, dimension);
  requireVector(labels, join(path, "labels"), covariates.length);
}
