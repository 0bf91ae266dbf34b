import { allToDevice, fromDevice } from "../gpt/device";
import { type DeviceParameters, forward } from "../gpt/forward";
import type { Parameters } from "../gpt/parameters";
import { type GptShape, requireShape, tokenWidth } from "../gpt/shape";
import { type DeviceArray, jit, np, tree } from "../gpt/tensors";
import type { PromptBatch } from "../training/prompts";

/** Gives a model's predictions of prompts; compiled once for each number of prompts and each length. */
export interface Predictor {
  /** prompts × length; what stands at y tokens means nothing. */
  readonly predict: (parameters: Parameters, batch: PromptBatch) => Float32Array;
  readonly dispose: () => void;
}

/** A predictor for models of one shape. @throws InputError naming the size that is none. */
export function createPredictor(shape: GptShape): Predictor {
  requireShape(shape);
  const compiled = jit((parameters: DeviceParameters, tokens: DeviceArray) =>
    forward(shape, parameters, tokens),
  );
  return {
    predict: (parameters, { prompts, length, tokens }) => {
      const features = tokenWidth(shape);
      const held = allToDevice(parameters);
      const predictions = new Float32Array(prompts * length);
      for (let first = 0; first < prompts; first += CHUNK) {
        const last = Math.min(first + CHUNK, prompts);
        const part = np.array(tokens.slice(first * length * features, last * length * features), {
          shape: [last - first, length, features],
        });
        const answer = compiled(tree.ref(held as never) as DeviceParameters, part);
        predictions.set(fromDevice(answer).values, first * length);
      }
      tree.dispose(held as never);
      return predictions;
    },
    dispose: () => compiled.dispose(),
  };
}

/** Prompts predicted at once: more take memory and save no time. */
const CHUNK = 256;
