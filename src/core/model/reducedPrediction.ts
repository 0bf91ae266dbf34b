import type { Prompt } from "../problem/prompt";
import { type AttentionParameters, requireParameters } from "./attentionParameters";
import { bilinear, dot } from "./dense";
import { promptTokens } from "./tokens";

/**
 * The label that one layer with one head predicts for the query:
 * f = (1/N) Σ_j (z_jᵀ M z_q)(vᵀ z_j), the sum running over all N = n + 1 tokens, the query token included.
 * @throws InputError when a length does not fit the prompt's query or a number is not finite.
 * @example
 * const parameters = blockParameters(FLOAT, { block: [[1]] });
 * console.log(predictLabel(parameters, { covariates: [[2], [1]], labels: [4, 2], query: [3] })); // 10
 */
export function predictLabel(parameters: AttentionParameters, prompt: Prompt): number {
  requireParameters(parameters, prompt.query.length);
  const tokens = promptTokens(prompt);
  const query = tokens[tokens.length - 1]!;
  const contributions = tokens.map(
    (token) => bilinear(token, parameters.keyQuery, query) * dot(parameters.value, token),
  );
  return contributions.reduce((sum, term) => sum + term, 0) / tokens.length;
}
