import type { Matrix } from "../algebra/matrix";
import type { Prompt } from "../problem/prompt";

/**
 * The token layout z = (1, x, y) in R^D, D = d + 2: a constant, the covariates, the label. The query token carries 0 in
 * the label slot, and the prediction is read from there.
 */
export const CONSTANT_SLOT = 0;
export const FIRST_COVARIATE_SLOT = 1;

/** D = d + 2. */
export function tokenLength(dimension: number): number {
  return dimension + 2;
}

/** The index d + 1 of the label. */
export function labelSlot(dimension: number): number {
  return dimension + 1;
}

/** The prompt as an N × D matrix, N = n + 1, one token a row, the query token last. */
export function promptTokens(prompt: Prompt): Matrix {
  return [...prompt.covariates.map((x, j) => [1, ...x, prompt.labels[j]!]), [1, ...prompt.query, 0]];
}
