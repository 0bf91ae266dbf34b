import type { ParameterLayout } from "../model/parameterLayout";
import { HeadMatrices } from "./headMatrices";
import type { BatchLoss } from "./oneLayerBatch";
import type { PromptSource } from "./promptSource";

/**
 * What {@link deepBatch} computes on prompts without examples, in O(L H D²) instead of O(L H D³): the query token is alone, so
 * S = q qᵀ at every layer, and a layer maps q to q + (1/H) Σ_h (qᵀM_h q) V_h q. Backwards from q̄', with s_h = qᵀM_h q and
 * r_h = q̄'ᵀV_h q: V̄_h = s_h q̄' qᵀ/H, M̄_h = r_h q qᵀ/H, q̄ = q̄' + Σ (s_h V_hᵀ q̄' + r_h (M_h + M_hᵀ) q)/H.
 */
export function deepZeroShotBatch(
  layout: ParameterLayout,
  source: PromptSource,
  batchSize: number,
): BatchLoss {
  const { size, shape } = layout;
  const { layers, heads } = shape;
  const { rows, data } = source;
  const matricesOfHeads = new HeadMatrices(layout);
  const { values, merged, valueSlopes, mergedSlopes } = matricesOfHeads;
  const vectors = (count: number): Float64Array[] =>
    Array.from({ length: count }, () => new Float64Array(size));
  const [queries, written] = [vectors(layers + 1), vectors(layers * heads)];
  const scores = new Float64Array(layers * heads);
  let [bar, nextBar] = vectors(2) as [Float64Array, Float64Array];

  const forward = (query: number): number => {
    for (let i = 0; i < size; i += 1) queries[0]![i] = data[query + i]!;
    for (let l = 0; l < layers; l += 1) {
      const [q, next] = [queries[l]!, queries[l + 1]!];
      next.set(q);
      for (let h = 0, k = l * heads; h < heads; h += 1, k += 1) {
        const [V, M, w] = [values[k]!, merged[k]!, written[k]!];
        let score = 0;
        for (let i = 0, row = 0; i < size; i += 1, row += size) {
          let [content, key] = [0, 0];
          for (let j = 0; j < size; j += 1) {
            content += V[row + j]! * q[j]!;
            key += M[row + j]! * q[j]!;
          }
          w[i] = content;
          score += q[i]! * key;
        }
        scores[k] = score;
        for (let i = 0; i < size; i += 1) next[i]! += (score / heads) * w[i]!;
      }
    }
    return queries[layers]![size - 1]!;
  };

  const backward = (slope: number): void => {
    bar.fill(0);
    bar[size - 1] = slope;
    for (let l = layers - 1; l >= 0; l -= 1) {
      const q = queries[l]!;
      nextBar.set(bar);
      for (let h = 0, k = l * heads; h < heads; h += 1, k += 1) {
        const [V, M, VBar, MBar, w] = [
          values[k]!,
          merged[k]!,
          valueSlopes[k]!,
          mergedSlopes[k]!,
          written[k]!,
        ];
        let gain = 0;
        for (let i = 0; i < size; i += 1) gain += bar[i]! * w[i]!;
        gain /= heads;
        const score = scores[k]! / heads;
        for (let i = 0, row = 0; i < size; i += 1, row += size) {
          const [b, own] = [score * bar[i]!, gain * q[i]!];
          let key = 0;
          for (let j = 0; j < size; j += 1) {
            VBar[row + j]! += b * q[j]!;
            MBar[row + j]! += own * q[j]!;
            nextBar[j]! += b * V[row + j]! + own * M[row + j]!;
            key += M[row + j]! * q[j]!;
          }
          nextBar[i]! += gain * key;
        }
      }
      [bar, nextBar] = [nextBar, bar];
    }
  };

  return (point, gradient, random) => {
    matricesOfHeads.read(point);
    let loss = 0;
    for (let b = 0; b < batchSize; b += 1) {
      source.next(random);
      const query = source.at + rows * size;
      const error = forward(query) - data[query + size]!;
      loss += error * error;
      backward((2 * error) / batchSize);
    }
    matricesOfHeads.write(gradient, point);
    return loss / batchSize;
  };
}
