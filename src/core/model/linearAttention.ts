import type { Matrix } from "../algebra/matrix";
import type { Prompt } from "../problem/prompt";
import { requireMatrix, requireRows, requireSquare } from "../problem/readInput";
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

/**
 * That the matrices of a head fit each other and every entry is finite: V and M are D × D, K and Q both r × D.
 * @throws InputError naming the matrix.
 */
export function requireHead(head: AttentionHead, path = "head"): void {
  const size = requireSquare(head.value, `${path}.value`);
  if (head.kind === "merged") requireMatrix(head.keyQuery, `${path}.keyQuery`, size);
  else {
    requireMatrix(head.key, `${path}.key`, head.key?.length, size);
    requireMatrix(head.query, `${path}.query`, head.key.length, size);
  }
}

/** The same for all heads of a layer, for tokens of length D. @throws InputError naming the matrix. */
export function requireLayer(layer: AttentionLayer, size: number, path = "layer"): void {
  for (const [h, head] of layer.entries()) {
    requireMatrix(head.value, `${path}[${h}].value`, size);
    requireHead(head, `${path}[${h}]`);
  }
}

/** M of a head, D × D. @throws InputError when K and Q do not fit each other or hold what is no finite number. */
export function mergedKeyQuery(head: AttentionHead): Matrix {
  requireHead(head);
  return merged(head);
}

/** M of a head whose matrices are known to fit. */
function merged(head: AttentionHead): Matrix {
  return head.kind === "merged" ? head.keyQuery : transposeTimes(head.key, head.query);
}

/**
 * One layer on all tokens at once: z_i ← z_i + (1/H) Σ_h (1/N) Σ_j (z_jᵀ M_h z_i) V_h z_j. No softmax, and every token is
 * updated, the labelled ones too. `tokens` is N × D; so is the result.
 * @throws InputError naming the matrix that does not fit or holds what is no finite number.
 */
export function applyLayer(layer: AttentionLayer, tokens: Matrix): Matrix {
  requireLayer(layer, requireRows(tokens, "tokens"));
  return applied(layer, tokens);
}

function applied(layer: AttentionLayer, tokens: Matrix): Matrix {
  const heads = layer.map((head) => ({
    keyQuery: merged(head),
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

/**
 * The label predicted by a stack of layers: the label slot of the query token after the last one.
 * @throws InputError naming the matrix or the part of the prompt that does not fit or holds what is no finite number.
 * @example
 * const layout = parameterLayout({ dimension: 1, layers: 2, heads: 1, keyQuery: "merged" });
 * const layers = layersOf(layout, new Float64Array(layout.length).fill(0.1));
 * console.log(forwardLabel(layers, { covariates: [[2]], labels: [4], query: [3] }).toFixed(4)); // 11.3149
 */
export function forwardLabel(layers: readonly AttentionLayer[], prompt: Prompt): number {
  const first = promptTokens(prompt);
  for (const [l, layer] of layers.entries()) requireLayer(layer, first[0]!.length, `layers[${l}]`);
  const last = layers.reduce((tokens: Matrix, layer) => applied(layer, tokens), first);
  return last[last.length - 1]![labelSlot(prompt.query.length)]!;
}

/** What the prediction of one head depends on: the last row of V, and M. @throws InputError as {@link mergedKeyQuery}. */
export function reducedParameters(head: AttentionHead): AttentionParameters {
  return { value: head.value[head.value.length - 1]!, keyQuery: mergedKeyQuery(head) };
}
