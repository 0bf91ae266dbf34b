import type { Prompt } from "../problem/prompt";
import { bilinear, dot } from "./dense";
import { type AttentionLayer, mergedKeyQuery, requireLayer } from "./linearAttention";
import { promptTokens } from "./tokens";

/**
 * One layer of softmax attention with residual: z_i ← z_i + (1/H) Σ_h Σ_j p_ij V_h z_j, p_i the softmax over j of the scores
 * z_jᵀ M_h z_i / √D. Nothing is masked: the query token is among the keys, its label slot empty, so that every weight of a
 * zero-shot prompt is 1. The prediction is the label slot of the query token.
 * @throws InputError naming the matrix or the part of the prompt that does not fit or holds what is no finite number.
 */
export function softmaxLabel(layer: AttentionLayer, prompt: Prompt): number {
  const tokens = promptTokens(prompt);
  requireLayer(layer, tokens[0]!.length);
  const query = tokens[tokens.length - 1]!;
  const outputs = layer.map((head) => {
    const keyQuery = mergedKeyQuery(head);
    const value = head.value[head.value.length - 1]!;
    const scores = tokens.map((token) => scoreScale(query.length) * bilinear(token, keyQuery, query));
    const highest = scores.reduce((most, score) => Math.max(most, score));
    const weights = scores.map((score) => Math.exp(score - highest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return tokens.reduce((sum, token, j) => sum + (weights[j]! / total) * dot(value, token), 0);
  });
  return outputs.reduce((sum, output) => sum + output, 0) / layer.length;
}

/** 1/√D, D the length of a token and of its key (Vaswani et al. 2017). */
export const scoreScale = (size: number): number => 1 / Math.sqrt(size);
