import { RandomSource } from "@finetune-icl/core/simulate";
import {
  drawPrompts,
  type GptShape,
  initialParameters,
  type Parameters,
  type Tensor,
} from "@finetune-icl/transformer";
import { type Array as DeviceArray, numpy as np } from "@jax-js/jax";

// jax-js 0.1 asks whether an array is a Float16Array before it asks whether it is a Float64Array, and Node 20 has none.
(globalThis as { Float16Array?: unknown }).Float16Array ??= class Float16Array {};

export const SMALL: GptShape = { dimension: 2, maxShots: 3, layers: 2, width: 8, heads: 2 };

/** A tensor on the device with 53 bits, so that differences are known to many digits. */
export const double = ({ shape, values }: Tensor): DeviceArray =>
  np.array(Float64Array.from(values), { shape: [...shape] });

/** Parameters none of which is zero or special. */
export function generalParameters(shape: GptShape, seed: number): Parameters {
  const random = new RandomSource(seed, 7);
  return Object.fromEntries(
    Object.entries(initialParameters(shape, seed)).map(([name, { shape: size, values }]) => [
      name,
      { shape: size, values: values.map((value) => value + 0.3 * random.normal()) },
    ]),
  );
}

export const somePrompts = (shape: GptShape, shots: number, prompts: number, seed: number) =>
  drawPrompts(
    { dimension: shape.dimension, noiseVariance: 0.1 },
    {
      prompts,
      shots,
      scored: "all",
      taskOf: () => Array.from({ length: shape.dimension }, (_, k) => 0.5 - k),
    },
    new RandomSource(seed, 8),
  );
