import type { GptShape } from "./shape";
import { type DeviceArray, nn, np } from "./tensors";

/**
 * Arrays of the tensor library by parameter name. The library counts references: handing an array to a function gives it away,
 * and `array.ref` keeps one's own (https://github.com/ekzhang/jax-js). A type, not an interface: the library asks for one.
 */
export type DeviceParameters = { readonly [name: string]: DeviceArray };

/** What is added to the variance before its root is taken, as in PyTorch. */
const NORM_EPSILON = 1e-5;
/** A score that the softmax makes zero. */
const FORBIDDEN = -1e9;

/** Is shown what a matrix multiplies, (batch · length) × inputs, by the name of the matrix; the array is its own. */
export type StateObserver = (matrix: string, states: DeviceArray) => void;

/**
 * The GPT: decoder blocks with LayerNorm before attention and before the MLP (Radford et al. 2019), causal softmax attention,
 * GELU by its tanh approximation, learned positions. Takes all parameters away from the caller.
 * @param tokens batch × length × (d + 1), length at most 2 · maxShots + 1
 * @param observe is shown the normalised states that the value matrices and the MLPs read
 * @returns predictions, batch × length: of the label at each x token; at y tokens they mean nothing
 */
export function forward(
  { layers, heads, width }: GptShape,
  parameters: DeviceParameters,
  tokens: DeviceArray,
  observe?: StateObserver,
): DeviceArray {
  const [batch, length, features] = tokens.shape as [number, number, number];
  const take = (name: string): DeviceArray => parameters[name]!;
  const perHead = width / heads;
  const rows = batch * length;
  const pairs = (entry: (i: number, j: number) => number): DeviceArray =>
    np.array(
      Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => entry(i, j))),
      { dtype: tokens.dtype },
    );
  const causal = pairs((i, j) => (j <= i ? 0 : FORBIDDEN));
  /** How much each token attends to itself: batch × heads × length × 1. */
  const ownWeights = (weights: DeviceArray): DeviceArray =>
    np.sum(weights.mul(pairs((i, j) => (i === j ? 1 : 0))), -1, { keepdims: true });

  // The residual stream: rows × width.
  let stream = np
    .matmul(tokens.reshape([rows, features]), take("read-in"))
    .reshape([batch, length, width])
    .add(take("positions").slice([0, length], []))
    .reshape([rows, width]);
  for (let layer = 0; layer < layers; layer += 1) {
    const own = (name: string): DeviceArray => take(`layer${layer}.${name}`);
    const read = layerNorm(stream.ref, own("norm-attention.scale"), own("norm-attention.shift"));
    observe?.(`layer${layer}.value`, read.ref);
    // batch × heads × length × perHead
    const project = (name: string): DeviceArray =>
      np.matmul(read.ref, own(name)).reshape([batch, length, heads, perHead]).transpose([0, 2, 1, 3]);
    const [query, key, value] = [project("query"), project("key"), project("value")];
    const addsToItself =
      parameters[`layer${layer}.value.own`] === undefined ? undefined : project("value.own");
    read.dispose();
    const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(perHead));
    const weights = nn.softmax(scores.add(causal.ref), -1);
    const readFrom = np.matmul(weights.ref, value);
    const mixed =
      addsToItself === undefined ? readFrom : readFrom.add(ownWeights(weights.ref).mul(addsToItself));
    weights.dispose();
    const written = np.matmul(mixed.transpose([0, 2, 1, 3]).reshape([rows, width]), own("output"));
    stream = stream.add(written);

    const readByMlp = layerNorm(stream.ref, own("norm-mlp.scale"), own("norm-mlp.shift"));
    observe?.(`layer${layer}.mlp.in`, readByMlp.ref);
    const hidden = gelu(np.matmul(readByMlp, own("mlp.in")).add(own("mlp.in.bias")));
    stream = stream.add(np.matmul(hidden, own("mlp.out"))).add(own("mlp.out.bias"));
  }
  causal.dispose();
  const last = layerNorm(stream, take("norm-last.scale"), take("norm-last.shift"));
  return np.matmul(last, take("readout")).add(take("readout.bias")).reshape([batch, length]);
}

/** Each row to mean 0 and variance 1, then scaled and shifted. */
function layerNorm(rows: DeviceArray, scale: DeviceArray, shift: DeviceArray): DeviceArray {
  const centred = rows.ref.sub(np.mean(rows, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(NORM_EPSILON)))
    .mul(scale)
    .add(shift);
}

/** x Φ(x), with Φ(x) ≈ ½ (1 + tanh(√(2/π) (x + 0.044715 x³))). */
function gelu(x: DeviceArray): DeviceArray {
  const cubic = x.ref.add(x.ref.mul(x.ref).mul(x.ref).mul(0.044715));
  return x.mul(0.5).mul(np.tanh(cubic.mul(Math.sqrt(2 / Math.PI))).add(1));
}
