import { InputError, readWhole, requireNumber } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import { type GptShape, MLP_RATIO, requireShape, tokensOf, tokenWidth } from "./shape";

/** A tensor outside the tensor library: row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Tensors by name; the names are those of {@link parameterShapes}. */
export type Parameters = Readonly<Record<string, Tensor>>;

/** The matrices of a layer, by the name that follows `layer0.`; y = x W throughout, so W is (inputs) × (outputs). */
export type LayerMatrix = "query" | "key" | "value" | "output" | "mlp.in" | "mlp.out";

/**
 * Names and shapes of all parameters, in the order in which they are drawn: the read-in of tokens, a vector for each position,
 * for each layer two LayerNorms, four attention matrices without bias and an MLP with biases; a last LayerNorm; the readout.
 */
export function parameterShapes(shape: GptShape): ReadonlyMap<string, readonly number[]> {
  requireShape(shape);
  const { layers, width, maxShots } = shape;
  const hidden = MLP_RATIO * width;
  const entries: [string, readonly number[]][] = [
    ["read-in", [tokenWidth(shape), width]],
    ["positions", [tokensOf(maxShots), width]],
  ];
  const norm = (name: string): void => {
    entries.push([`${name}.scale`, [width]], [`${name}.shift`, [width]]);
  };
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `layer${layer}`;
    norm(`${at}.norm-attention`);
    for (const name of ["query", "key", "value", "output"]) entries.push([`${at}.${name}`, [width, width]]);
    norm(`${at}.norm-mlp`);
    entries.push([`${at}.mlp.in`, [width, hidden]], [`${at}.mlp.in.bias`, [hidden]]);
    entries.push([`${at}.mlp.out`, [hidden, width]], [`${at}.mlp.out.bias`, [width]]);
  }
  norm("norm-last");
  entries.push(["readout", [width, 1]], ["readout.bias", [1]]);
  return new Map(entries);
}

/** A tensor of independent N(0, deviation²). */
export function normalTensor(shape: readonly number[], deviation: number, random: RandomSource): Tensor {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < values.length; i += 1) values[i] = deviation * random.normal();
  return { shape, values };
}

const filled = (shape: readonly number[], value: number): Tensor => ({
  shape,
  values: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});

/**
 * Parameters before training: matrices N(0, 1/inputs), the two that write into the residual stream of each layer smaller by
 * √(2 · layers) (Radford et al. 2019), positions N(0, 0.02²), scales 1, shifts and biases 0. The same seed gives the same numbers.
 * @throws InputError naming the size or the seed.
 */
export function initialParameters(shape: GptShape, seed: number): Parameters {
  readWhole(seed, "seed", 0);
  const random = new RandomSource(seed, INITIAL_STREAM);
  const drawn = [...parameterShapes(shape)].map(([name, size]): [string, Tensor] => {
    if (name.endsWith(".scale")) return [name, filled(size, 1)];
    if (name.endsWith(".shift") || name.endsWith(".bias")) return [name, filled(size, 0)];
    if (name === "positions") return [name, normalTensor(size, 0.02, random)];
    const writes = name.endsWith(".output") || name.endsWith("mlp.out");
    return [name, normalTensor(size, 1 / Math.sqrt(size[0]! * (writes ? 2 * shape.layers : 1)), random)];
  });
  return Object.fromEntries(drawn);
}

const INITIAL_STREAM = 1;

/** start + share · (end − start), tensor by tensor. @throws InputError when the two have not the same tensors. */
export function interpolate(start: Parameters, end: Parameters, share: number): Parameters {
  requireNumber(share, "share");
  const added = Object.keys(end).find((name) => start[name] === undefined);
  if (added !== undefined)
    throw new InputError(`start.${added}`, undefined, "a tensor: preparedParameters adds what end has more");
  return Object.fromEntries(
    Object.entries(start).map(([name, from]) => {
      const to = end[name];
      if (to?.values.length !== from.values.length)
        throw new InputError(`end.${name}`, to?.shape, `a tensor of shape ${from.shape.join(" × ")}`);
      return [
        name,
        { shape: from.shape, values: from.values.map((x, i) => x + share * (to.values[i]! - x)) },
      ];
    }),
  );
}

/** Parameters as JSON: base64 of little-endian float32. */
export type StoredParameters = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly float32: string }>
>;

/** Parameters as {@link StoredParameters}, from which {@link loadParameters} makes them again, bit for bit. */
export function storeParameters(parameters: Parameters): StoredParameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => {
      const bytes = Buffer.alloc(4 * values.length);
      values.forEach((value, i) => {
        bytes.writeFloatLE(value, 4 * i);
      });
      return [name, { shape, float32: bytes.toString("base64") }];
    }),
  );
}

/** Reads what {@link storeParameters} gave. @throws InputError naming the tensor whose numbers do not fill its shape. */
export function loadParameters(stored: StoredParameters): Parameters {
  return Object.fromEntries(
    Object.entries(stored).map(([name, { shape, float32 }]) => {
      const bytes = Buffer.from(float32, "base64");
      const length = shape.reduce((product, size) => product * size, 1);
      if (bytes.length !== 4 * length)
        throw new InputError(`${name}.float32`, `${bytes.length} bytes`, `${4 * length} bytes`);
      return [name, { shape, values: Float32Array.from({ length }, (_, i) => bytes.readFloatLE(4 * i)) }];
    }),
  );
}
