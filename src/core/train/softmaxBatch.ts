import { InputError, readWhole } from "@finetune-icl/base";
import { scoreScale } from "../model/softmaxAttention";
import type { BatchLoss } from "./oneLayerBatch";
import type { PromptSource } from "./promptSource";

/**
 * One layer of H softmax heads; point and gradient hold v₁, M₁, v₂, M₂, … With u = M z_q/√D, weights p = softmax(uᵀz_j) over
 * all tokens, the query's own included, and contents a_j = vᵀz_j, a head predicts f = Σ_j p_j a_j. Since ∂p_j/∂s_k =
 * p_j(1{j=k} − p_k), the squared error of e = Σ f/H − y has the slopes
 * (2e/H) Σ_j p_j z_j in v, and (2e/(H√D)) Σ_j p_j (a_j − f) z_j z_qᵀ in M.
 * @throws InputError naming the argument that is no whole number from 1 up, or when the source stands for its tokens by their second moment: softmax needs the tokens.
 */
export function softmaxBatch(
  source: PromptSource,
  size: number,
  heads: number,
  batchSize: number,
): BatchLoss {
  for (const [name, count] of Object.entries({ size, heads, batchSize })) readWhole(count, name, 1);
  const { rows, data } = source;
  if (rows !== source.shots) {
    throw new InputError("sampling", "moments", '"tokens": softmax attention weighs every token by itself');
  }
  const perHead = size + size * size;
  const scale = scoreScale(size);
  const u = new Float64Array(size);
  const weights = new Float64Array(rows + 1);
  const contents = new Float64Array(rows + 1);
  const averages = new Float64Array(heads * size);
  const tilts = new Float64Array(heads * size);
  // The query's label slot is empty.
  const filled = size - 1;

  /** f of the head whose parameters start at `v`; leaves Σ p_j z_j and Σ p_j (a_j − f) z_j at `part`. */
  const predict = (point: Float64Array, v: number, start: number, part: number): number => {
    const query = start + rows * size;
    for (let i = 0, row = v + size; i < size; i += 1, row += size) {
      let sum = 0;
      for (let j = 0; j < filled; j += 1) sum += point[row + j]! * data[query + j]!;
      u[i] = scale * sum;
    }
    let highest = Number.NEGATIVE_INFINITY;
    for (let j = 0, token = start; j <= rows; j += 1, token += size) {
      let score = 0;
      let content = 0;
      for (let i = 0; i < size; i += 1) {
        score += u[i]! * data[token + i]!;
        content += point[v + i]! * data[token + i]!;
      }
      weights[j] = score;
      contents[j] = content;
      highest = Math.max(highest, score);
    }
    let total = 0;
    let prediction = 0;
    for (let j = 0; j <= rows; j += 1) {
      weights[j] = Math.exp(weights[j]! - highest);
      total += weights[j]!;
      prediction += weights[j]! * contents[j]!;
    }
    prediction /= total;
    for (let j = 0, token = start; j <= rows; j += 1, token += size) {
      const weight = weights[j]! / total;
      const tilt = weight * (contents[j]! - prediction);
      for (let i = 0; i < size; i += 1) {
        averages[part + i]! += weight * data[token + i]!;
        tilts[part + i]! += tilt * data[token + i]!;
      }
    }
    return prediction;
  };

  return (point, gradient, random) => {
    gradient.fill(0);
    let loss = 0;
    for (let b = 0; b < batchSize; b += 1) {
      source.next(random);
      const start = source.at;
      const query = start + rows * size;
      averages.fill(0);
      tilts.fill(0);
      let error = -data[query + size]!;
      for (let h = 0; h < heads; h += 1) error += predict(point, h * perHead, start, h * size) / heads;
      loss += error * error;
      const slope = (2 * error) / (heads * batchSize);
      for (let h = 0, v = 0, part = 0; h < heads; h += 1, v += perHead, part += size) {
        for (let i = 0, row = v + size; i < size; i += 1, row += size) {
          gradient[v + i]! += slope * averages[part + i]!;
          const factor = slope * scale * tilts[part + i]!;
          for (let j = 0; j < filled; j += 1) gradient[row + j]! += factor * data[query + j]!;
        }
      }
    }
    return loss / batchSize;
  };
}
