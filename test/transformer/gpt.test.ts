import { RandomSource } from "@finetune-icl/core/simulate";
import {
  createPredictor,
  drawPrompts,
  type GptShape,
  initialParameters,
  interpolate,
  loadParameters,
  type Parameters,
  parameterShapes,
  storeParameters,
} from "@finetune-icl/transformer";
import { afterAll, describe, expect, it, vi } from "vitest";

const SHAPE: GptShape = { dimension: 2, maxShots: 4, layers: 2, width: 8, heads: 2 };
const predictor = createPredictor(SHAPE);
afterAll(() => predictor.dispose());

const prompts = (seed: number, count = 3) =>
  drawPrompts(
    { dimension: 2, noiseVariance: 0.1 },
    { prompts: count, shots: 4, scored: "all", taskOf: () => [0.6, -0.8] },
    new RandomSource(seed),
  );

describe("the GPT", () => {
  it("has the parameters that its shape says, and says which size is none", () => {
    const parameters = initialParameters(SHAPE, 1);
    expect(Object.keys(parameters)).toEqual([...parameterShapes(SHAPE).keys()]);
    for (const [name, shape] of parameterShapes(SHAPE)) {
      expect(parameters[name]!.shape, name).toEqual(shape);
      expect(parameters[name]!.values.length, name).toBe(shape.reduce((a, b) => a * b, 1));
    }
    expect(() => parameterShapes({ ...SHAPE, width: 9 })).toThrow(
      "shape.width: holds 9; allowed: a multiple of 2 heads",
    );
  });

  it("computes without arithmetic whose rounding is the processor's choice", () => {
    // Node 20 has no relaxed arithmetic, later ones and browsers do: what tells is that the library has asked, got no, and asks no more.
    const asked = vi.spyOn(WebAssembly, "validate");
    createPredictor(SHAPE).predict(initialParameters(SHAPE, 1), prompts(1));
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it("predicts a label from what stands before it, and from nothing after", () => {
    const parameters = initialParameters(SHAPE, 2);
    const batch = prompts(1);
    const before = predictor.predict(parameters, batch);
    const features = 3;
    // Everything after the second x is another prompt's.
    const changed = { ...batch, tokens: Float32Array.from(batch.tokens) };
    const other = prompts(2);
    for (let prompt = 0; prompt < batch.prompts; prompt += 1)
      for (let token = 3; token < batch.length; token += 1)
        for (let k = 0; k < features; k += 1) {
          const at = (prompt * batch.length + token) * features + k;
          changed.tokens[at] = other.tokens[at]!;
        }
    const after = predictor.predict(parameters, changed);
    for (let prompt = 0; prompt < batch.prompts; prompt += 1) {
      const row = prompt * batch.length;
      expect([...after.subarray(row, row + 3)], `prompt ${prompt}`).toEqual([
        ...before.subarray(row, row + 3),
      ]);
      expect(after[row + 4], `prompt ${prompt}`).not.toBe(before[row + 4]);
    }
  });

  it("says the same of a prompt alone and among others", () => {
    const parameters = initialParameters(SHAPE, 3);
    const three = prompts(4);
    const size = three.length * 3;
    const alone = { ...three, prompts: 1, tokens: three.tokens.slice(size, 2 * size) };
    const among = predictor.predict(parameters, three).subarray(three.length, 2 * three.length);
    expect([...predictor.predict(parameters, alone)]).toEqual([...among]);
  });

  it("comes out of JSON as it went in, bit for bit", () => {
    const parameters = initialParameters(SHAPE, 4);
    const stored = JSON.parse(JSON.stringify(storeParameters(parameters))) as ReturnType<
      typeof storeParameters
    >;
    expect(loadParameters(stored)).toEqual(parameters);
    const short = { readout: { ...stored.readout!, float32: "AAAA" } };
    expect(() => loadParameters(short)).toThrow("readout.float32");
  });

  it("lies on the way between two models where it is asked for", () => {
    const [a, b] = [initialParameters(SHAPE, 1), initialParameters(SHAPE, 2)];
    const value = (parameters: Parameters) => parameters.readout!.values[3]!;
    expect(interpolate(a, b, 0)).toEqual(a);
    expect(value(interpolate(a, b, 0.25))).toBe(Math.fround(value(a) + 0.25 * (value(b) - value(a))));
    expect(() => interpolate(a, { readout: b.readout! }, 0.5)).toThrow("end.read-in");
  });
});
