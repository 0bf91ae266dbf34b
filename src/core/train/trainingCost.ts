import type { ModelShape } from "../model/parameterLayout";
import { tokenLength } from "../model/tokens";
import type { Cost } from "../problem/cost";
import { LEAST_DIMENSION, mayTurn } from "./runCoordinates";
import type { FineTuningStage, Motion, PretrainingStage, TrainingMethod } from "./trainingSettings";

/** What the parameters of a model take, their gradient, the optimiser's memory and the results as text included. */
export function modelCost({ dimension, layers, heads, keyQuery }: ModelShape): Cost {
  const blocks = layers * heads * (keyQuery === "merged" ? 2 : 3);
  return { bytes: blocks * (200 + 160 * tokenLength(dimension) ** 2) };
}

/** An exact risk with its gradient: additions and multiplications an entry of M and a pair of heads, and numbers kept. */
const OPERATIONS_AN_ENTRY = 60;
const NUMBERS_AN_ENTRY = 14;

/** What a stage of training takes: for gradient flow, whose steps nobody knows before, ten thousand evaluations. */
export function stageCost(
  method: TrainingMethod,
  { dimension, heads, layers, keyQuery }: ModelShape,
  { motion, shots, terms }: { readonly motion: Motion; readonly shots: number; readonly terms: number },
): Cost {
  const size = tokenLength(dimension);
  const evaluations = motion.kind === "descent" ? motion.steps : 10_000;
  if (method.kind === "exact") {
    // Two products where Σ is not diagonal and may not be made so, a third with a prior; three where M = KᵀQ.
    const inRisk = mayTurn(method, motion) || dimension < LEAST_DIMENSION ? 0 : 3 * terms;
    const products = heads * (inRisk + (keyQuery === "separate" ? 3 : 0));
    const entries = heads ** 2 * terms * OPERATIONS_AN_ENTRY * size ** 2;
    return {
      operations: evaluations * (entries + products * 2 * size ** 3),
      bytes: heads * NUMBERS_AN_ENTRY * Float64Array.BYTES_PER_ELEMENT * size ** 2,
    };
  }
  // Second moments of any number of tokens stand in D rows.
  const rows = method.sampling === "moments" ? Math.min(shots, size) : shots;
  return {
    operations: evaluations * method.batchSize * (rows + 1) * size * 10 * layers * heads,
    bytes: (rows + 1) * size * 8 * (layers + 2),
  };
}

/** The average over a prior costs about two tasks. */
export const pretrainingCost = (method: TrainingMethod, model: ModelShape, stage: PretrainingStage): Cost =>
  stageCost(method, model, { motion: stage.motion, shots: stage.shots, terms: 2 });

export const fineTuningCost = (method: TrainingMethod, model: ModelShape, stage: FineTuningStage): Cost =>
  stageCost(method, model, { motion: stage.motion, shots: stage.auxiliary?.shots ?? 0, terms: 2 });
