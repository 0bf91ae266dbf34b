import type { ParameterLayout } from "../model/parameterLayout";
import type { RandomSource } from "../simulate/randomSource";
import { HeadMatrices } from "./headMatrices";
import type { BatchLoss } from "./oneLayerBatch";
import type { PromptSource } from "./promptSource";
import { ReadOutLayer } from "./readOutLayer";
import { addOuter, addProduct, addProductTransposed, addTransposedProduct, product } from "./squareMatrices";

/**
 * Any number of layers and heads; point and gradient are laid out as `layout` says.
 *
 * A layer maps Z to ZEᵀ with E = I + (1/H) Σ_h V_h S M_h and S = ZᵀZ/N over all tokens. So only S and the query token q have to
 * be carried from layer to layer: S ← E S Eᵀ, q ← E q, and the label slot of q is the prediction. Backwards, with bars for the
 * slopes of the squared error and S̄ symmetric,
 * Ē = q̄' qᵀ + 2 S̄' E S, q̄ = Eᵀ q̄', S̄ = Eᵀ S̄' E + sym((1/H) Σ V_hᵀ Ē M_hᵀ), V̄_h = Ē (S M_h)ᵀ/H, M̄_h = (V_h S)ᵀ Ē/H.
 * Of the last layer one number is read: {@link ReadOutLayer}.
 */
export function deepBatch(layout: ParameterLayout, source: PromptSource, batchSize: number): BatchLoss {
  const { size, shape } = layout;
  const square = size * size;
  const { layers, heads } = shape;
  const { rows, data } = source;
  const matrices = (count: number): Float64Array[] =>
    Array.from({ length: count }, () => new Float64Array(square));
  const [moment, step, vs, sm] = [
    matrices(layers),
    matrices(layers),
    matrices(layers * heads),
    matrices(layers * heads),
  ];
  const matricesOfHeads = new HeadMatrices(layout);
  const { values, merged, valueSlopes, mergedSlopes } = matricesOfHeads;
  const queries = Array.from({ length: layers }, () => new Float64Array(size));
  const [momentBar, stepBar, scratch, nextMomentBar] = matrices(4) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const queryBar = new Float64Array(size);
  const nextQueryBar = new Float64Array(size);
  const top = layers - 1;
  const ofTop = <Item>(items: readonly Item[]): readonly Item[] => items.slice(top * heads);
  const readOut = new ReadOutLayer(
    size,
    ofTop(values),
    ofTop(merged),
    ofTop(valueSlopes),
    ofTop(mergedSlopes),
  );

  const forward = (start: number): number => {
    const S = moment[0]!;
    S.fill(0);
    const query = start + rows * size;
    for (let token = start; token <= query; token += size)
      addOuter(S, data, token, 1 / (source.shots + 1), size);
    for (let i = 0; i < size; i += 1) queries[0]![i] = data[query + i]!;
    for (let l = 0; l < top; l += 1) {
      const E = step[l]!;
      E.fill(0);
      for (let h = 0, k = l * heads; h < heads; h += 1, k += 1) {
        product(values[k]!, moment[l]!, vs[k]!, size);
        product(moment[l]!, merged[k]!, sm[k]!, size);
        addProduct(values[k]!, sm[k]!, E, 1 / heads, size);
      }
      for (let i = 0; i < size; i += 1) E[i * size + i]! += 1;
      times(E, queries[l]!, queries[l + 1]!, size);
      product(E, moment[l]!, scratch, size);
      moment[l + 1]!.fill(0);
      addProductTransposed(scratch, E, moment[l + 1]!, 1, size);
    }
    return readOut.predict(moment[top]!, queries[top]!);
  };

  const backward = (slope: number): void => {
    readOut.slopes(slope, moment[top]!, queries[top]!, momentBar, queryBar);
    for (let l = top - 1; l >= 0; l -= 1) {
      const E = step[l]!;
      const q = queries[l]!;
      for (let i = 0; i < size; i += 1) {
        for (let j = 0; j < size; j += 1) stepBar[i * size + j] = queryBar[i]! * q[j]!;
      }
      product(momentBar, E, scratch, size);
      addProduct(scratch, moment[l]!, stepBar, 2, size);
      for (let h = 0, k = l * heads; h < heads; h += 1, k += 1) {
        addProductTransposed(stepBar, sm[k]!, valueSlopes[k]!, 1 / heads, size);
        addTransposedProduct(vs[k]!, stepBar, mergedSlopes[k]!, 1 / heads, size);
      }
      if (l === 0) break;
      nextMomentBar.fill(0);
      // Eᵀ S̄' E, with S̄' E still in scratch.
      addTransposedProduct(E, scratch, nextMomentBar, 1, size);
      for (let h = 0, k = l * heads; h < heads; h += 1, k += 1) {
        scratch.fill(0);
        addTransposedProduct(values[k]!, stepBar, scratch, 1 / heads, size);
        addProductTransposed(scratch, merged[k]!, nextMomentBar, 1, size);
      }
      for (let i = 0; i < size; i += 1) {
        let sum = 0;
        for (let j = 0; j < size; j += 1) {
          sum += E[j * size + i]! * queryBar[j]!;
          momentBar[i * size + j] = (nextMomentBar[i * size + j]! + nextMomentBar[j * size + i]!) / 2;
        }
        nextQueryBar[i] = sum;
      }
      queryBar.set(nextQueryBar);
    }
  };

  return (point, gradient, random: RandomSource) => {
    matricesOfHeads.read(point);
    let loss = 0;
    for (let b = 0; b < batchSize; b += 1) {
      source.next(random);
      const start = source.at;
      const error = forward(start) - data[start + (rows + 1) * size]!;
      loss += error * error;
      backward((2 * error) / batchSize);
    }
    matricesOfHeads.write(gradient, point);
    return loss / batchSize;
  };
}

function times(X: Float64Array, y: Float64Array, out: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 1) {
    let sum = 0;
    for (let j = 0; j < size; j += 1) sum += X[i * size + j]! * y[j]!;
    out[i] = sum;
  }
}
