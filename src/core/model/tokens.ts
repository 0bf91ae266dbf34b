import type { Matrix } from "../algebra/matrix";
import { type Prompt, requirePrompt } from "../problem/prompt";
import { readWhole } from "../problem/readInput";

/**
 * The token layout z = (1, x, y) in R^D, D = d + 2: a constant, the covariates, the label. The query token carries 0 in
 * the label slot, and the prediction is read from there.
 */
export const CONSTANT_SLOT = 0;
/** The index of the first covariate. */
export const FIRST_COVARIATE_SLOT = 1;

/** D = d + 2. @throws InputError when d is no whole number from 1 up. */
export function tokenLength(dimension: number): number {
  return readWhole(dimension, "dimension", 1) + 2;
}

/** The index d + 1 of the label. @throws InputError when d is no whole number from 1 up. */
export function labelSlot(dimension: number): number {
  return readWhole(dimension, "dimension", 1) + 1;
}

/**
 * The prompt as an N × D matrix, N = n + 1, one token a row, the query token last.
 * @throws InputError when lengths disagree or a number is not finite.
 */
export function promptTokens(prompt: Prompt): Matrix {
  requirePrompt(prompt);
  return [...prompt.covariates.map((x, j) => [1, ...x, prompt.labels[j]!]), [1, ...prompt.query, 0]];
}
