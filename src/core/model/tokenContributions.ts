import type { Prompt } from "../problem/prompt";
import { type AttentionParameters, requireParameters } from "./attentionParameters";
import { bilinear, dot } from "./dense";
import { promptTokens } from "./tokens";

/** What one token adds to the prediction of one layer with one head. */
export interface TokenContribution {
  /** z_jᵀ M z_q */
  readonly score: number;
  /** vᵀ z_j */
  readonly content: number;
  /** Their product over N; the sum over all tokens is the prediction. */
  readonly contribution: number;
}

/**
 * Token by token what a prompt's prediction is made of, in the order of the prompt; the query token comes last.
 * @throws InputError when a length does not fit the prompt's query or a number is not finite.
 */
export function tokenContributions(
  parameters: AttentionParameters,
  prompt: Prompt,
): readonly TokenContribution[] {
  requireParameters(parameters, prompt.query.length);
  const tokens = promptTokens(prompt);
  const query = tokens[tokens.length - 1]!;
  return tokens.map((token) => {
    const score = bilinear(token, parameters.keyQuery, query);
    const content = dot(parameters.value, token);
    return { score, content, contribution: (score * content) / tokens.length };
  });
}
