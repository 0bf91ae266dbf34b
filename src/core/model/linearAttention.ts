import type { Matrix } from "../algebra/matrix";
import type { Prompt } from "../problem/prompt";
import type { AttentionParameters } from "./attentionParameters";
import { apply, bilinear, transposeTimes } from "./dense";
import { labelSlot, promptTokens } from "./tokens";

/** One head of linear attention, its key and query matrices merged into M = KᵀQ or kept apart. */
export type AttentionHead =
  | {
      readonly kind: "merged";
      /** V, D × D. */
      readonly value: Matrix;
      /** M, D × D. */
      readonly keyQuery: Matrix;
    }
  | {
      readonly kind: "separate";
      /** V, D × D. */
      readonly value: Matrix;
      /** K, r × D. */
      readonly key: Matrix;
      /** Q, r × D. */
      readonly query: Matrix;
    };

/** The heads of one layer; their outputs are averaged. */
export type AttentionLayer = readonly AttentionHead[];

/** M of a head, D × D. */
export function mergedKeyQuery(head: AttentionHead): Matrix {
  return head.kind === "merged" ? head.keyQuery : transposeTimes(head.key, head.query);
}

/**
 * One layer on all tokens at once: z_i ← z_i + (1/H) Σ_h (1/N) Σ_j (z_jᵀ M_h z_i) V_h z_j. No softmax, and every token is
 * updated, the labelled ones too. `tokens` is N × D; so is the result.
 */
export function applyLayer(layer: AttentionLayer, tokens: Matrix): Matrix {
  const heads = layer.map((head) => ({
    keyQuery: mergedKeyQuery(head),
    values: tokens.map((token) => apply(head.value, token)),
  }));
  const weight = 1 / (layer.length * tokens.length);
  return tokens.map((token) => {
    const updated = [...token];
    for (const { keyQuery, values } of heads) {
      tokens.forEach((other, j) => {
        const score = bilinear(other, keyQuery, token);
        values[j]!.forEach((entry, slot) => {
          updated[slot]! += weight * score * entry;
        });
      });
    }
    return updated;
  });
}

/** The label predicted by a stack of layers: the label slot of the query token after the last one. */
export function forwardLabel(layers: readonly AttentionLayer[], prompt: Prompt): number {
  const last = layers.reduce((tokens: Matrix, layer) => applyLayer(layer, tokens), promptTokens(prompt));
  return last[last.length - 1]![labelSlot(prompt.query.length)]!;
}

/** What the prediction of one head depends on: the last row of V, and M. */
export function reducedParameters(head: AttentionHead): AttentionParameters {
  return { value: head.value[head.value.length - 1]!, keyQuery: mergedKeyQuery(head) };
}
