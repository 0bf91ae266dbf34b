import { type Array as DeviceArray, grad, numpy as np, tree } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import type { DeviceParameters } from "../../src/transformer/gpt/forward";
import { splitParameters, type Trainable } from "../../src/transformer/gpt/trainable";
import { lossOf } from "../../src/transformer/training/trainer";
import { expectClose } from "../support/expectClose";
import { double, generalParameters, SMALL, somePrompts } from "./support";

/** The loss of some prompts as a function of what is trained, in doubles, and its gradient by the library. */
function lossAndGradient(trainable: Trainable, shots: number) {
  const split = splitParameters(generalParameters(SMALL, 3), trainable, 1);
  const toDoubles = (tensors: typeof split.trained): DeviceParameters =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, double(tensor)]));
  const batch = somePrompts(SMALL, shots, 2, 5);
  const held = [
    {
      tokens: double({ shape: [2, batch.length, 3], values: batch.tokens }),
      labels: double({ shape: [2, batch.length], values: batch.labels }),
      weights: double({ shape: [batch.length], values: batch.weights }),
    },
  ];
  const factor = [double({ shape: [], values: Float32Array.of(1) })];
  const frozen = toDoubles(split.frozen);
  const keep = <T>(value: T): T => tree.ref(value as never) as T;
  const loss = (trained: DeviceParameters): DeviceArray =>
    lossOf(SMALL, trainable)(trained, keep(frozen), keep(held), keep(factor));
  const gradient = grad(loss as never) as unknown as (trained: DeviceParameters) => DeviceParameters;
  return { tensors: split.trained, toDoubles, loss, gradient };
}

const STEP = 1e-2;
const CLOSE = {
  tolerance: 1e-4,
  reason:
    "five-point differences of step h = 1e-2: O(h⁴), and an error in the loss over h, where exp and tanh of the library are good to 2e-7",
};

describe("the gradient", () => {
  it.each<[Trainable, number]>([
    [{ kind: "set", set: "all" }, 3],
    [{ kind: "lora", target: "query-value", rank: 2, scale: 2 }, 2],
  ])("of %j is what central differences give, parameter by parameter", (trainable, shots) => {
    const { tensors, toDoubles, loss, gradient } = lossAndGradient(trainable, shots);
    const slopes = gradient(toDoubles(tensors));
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      const slope = slopes[name]!.dataSync();
      const entry = Math.floor(values.length / 3);
      const shifted = (by: number): number => {
        const moved = Float64Array.from(values);
        moved[entry]! += by;
        const others = toDoubles(tensors);
        others[name]!.dispose();
        return loss({ ...others, [name]: np.array(moved, { shape: [...shape] }) }).dataSync()[0]!;
      };
      const central = (by: number): number => (shifted(by) - shifted(-by)) / (2 * by);
      const difference = (4 * central(STEP) - central(2 * STEP)) / 3;
      expectClose(slope[entry]!, difference, { ...CLOSE, input: { name, entry } });
    }
  });

  it("of queries and keys is zero on prompts of a query alone: a softmax of one score is 1, in every layer", () => {
    const { tensors, toDoubles, gradient } = lossAndGradient({ kind: "set", set: "query-key" }, 0);
    for (const [name, slope] of Object.entries(gradient(toDoubles(tensors))))
      expect(Math.max(...[...slope.dataSync()].map(Math.abs)), name).toBe(0);
    // With one example they have a gradient.
    const other = lossAndGradient({ kind: "set", set: "query-key" }, 1);
    const slopes = other.gradient(other.toDoubles(other.tensors))["layer0.query"]!.dataSync();
    expect(Math.max(...[...slopes].map(Math.abs))).toBeGreaterThan(1e-4);
  });
});
