import type { RandomSource } from "../simulate/randomSource";
import type { PromptSource } from "./promptSource";

/** The mean squared error of a batch and its gradient, both in what the model's prediction depends on. */
export type BatchLoss = (point: Float64Array, gradient: Float64Array, random: RandomSource) => number;

/**
 * One layer of H heads; point and gradient hold v₁, M₁, v₂, M₂, … With u = M z_q a head predicts f = (1/N) Σ_j (uᵀz_j)(vᵀz_j),
 * so for an error e = f − y the squared error has the slopes
 * 2e/(NH) Σ_j (uᵀz_j) z_j in v, and 2e/(NH) (Σ_j (vᵀz_j) z_j) z_qᵀ in M.
 */
export function oneLayerBatch(
  source: PromptSource,
  size: number,
  heads: number,
  batchSize: number,
): BatchLoss {
  const { rows, data } = source;
  const perHead = size + size * size;
  const u = new Float64Array(size);
  const scored = new Float64Array(heads * size);
  const valued = new Float64Array(heads * size);
  const scale = 1 / ((source.shots + 1) * heads);
  // The query's label slot is empty.
  const filled = size - 1;

  return (point, gradient, random) => {
    gradient.fill(0);
    let loss = 0;
    for (let b = 0; b < batchSize; b += 1) {
      source.next(random);
      const start = source.at;
      const query = start + rows * size;
      const end = query + size;
      let prediction = 0;
      scored.fill(0);
      valued.fill(0);
      for (let h = 0, v = 0, part = 0; h < heads; h += 1, v += perHead, part += size) {
        for (let i = 0, row = v + size; i < size; i += 1, row += size) {
          let sum = 0;
          for (let j = 0; j < filled; j += 1) sum += point[row + j]! * data[query + j]!;
          u[i] = sum;
        }
        for (let token = start; token < end; token += size) {
          let score = 0;
          let value = 0;
          for (let i = 0; i < size; i += 1) {
            const z = data[token + i]!;
            score += u[i]! * z;
            value += point[v + i]! * z;
          }
          prediction += score * value;
          for (let i = 0; i < size; i += 1) {
            const z = data[token + i]!;
            scored[part + i]! += score * z;
            valued[part + i]! += value * z;
          }
        }
      }
      const error = prediction * scale - data[end]!;
      loss += error * error;
      const slope = (2 * error * scale) / batchSize;
      for (let h = 0, v = 0, part = 0; h < heads; h += 1, v += perHead, part += size) {
        for (let i = 0, row = v + size; i < size; i += 1, row += size) {
          gradient[v + i]! += slope * scored[part + i]!;
          const factor = slope * valued[part + i]!;
          for (let j = 0; j < filled; j += 1) gradient[row + j]! += factor * data[query + j]!;
        }
      }
    }
    return loss / batchSize;
  };
}
