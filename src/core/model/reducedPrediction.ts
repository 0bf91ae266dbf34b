import type { Prompt } from "../problem/prompt";
import { requireVector } from "../problem/readInput";
import { type AttentionParameters, requireParameters } from "./attentionParameters";
import { bilinear, dot } from "./dense";
import { type OwnValueModel, ownValueParts } from "./ownValue";
import { promptTokens } from "./tokens";

/**
 * The label that one layer with one head predicts for the query:
 * f = (1/N) Σ_j (z_jᵀ M z_q)(vᵀ z_j), the sum running over all N = n + 1 tokens, the query token included; with a value row of
 * its own the query token is read by v + u.
 * @throws InputError when a length does not fit the prompt's query or a number is not finite.
 * @example
 * const parameters = blockParameters(FLOAT, { block: [[1]] });
 * console.log(predictLabel(parameters, { covariates: [[2], [1]], labels: [4, 2], query: [3] })); // 10
 */
export function predictLabel(model: AttentionParameters | OwnValueModel, prompt: Prompt): number {
  const { parameters, ownValue } = ownValueParts(model);
  const size = requireParameters(parameters, prompt.query.length);
  requireVector(ownValue, "ownValue", size);
  const tokens = promptTokens(prompt);
  const query = tokens[tokens.length - 1]!;
  const contributions = tokens.map((token) => {
    const content = dot(parameters.value, token) + (token === query ? dot(ownValue, token) : 0);
    return bilinear(token, parameters.keyQuery, query) * content;
  });
  return contributions.reduce((sum, term) => sum + term, 0) / tokens.length;
}
