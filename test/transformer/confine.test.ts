import {
  allowedDirections,
  type Confined,
  createPredictor,
  drawZeroShot,
  fineTune,
  forward,
  type GptShape,
  type Parameters,
  preparedParameters,
  splitParameters,
  type Tensor,
  type Trainable,
  trainableName,
} from "@finetune-icl/transformer";
import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { allToDevice, fromDevice, toDevice } from "../../src/transformer/gpt/device";
import { expectClose } from "../support/expectClose";
import { generalParameters, somePrompts } from "./support";

/** So wide that what examples read in the first layer leaves directions free: 3 of a token, 6 of positions, 1 of the norm's shift. */
const SHAPE: GptShape = { dimension: 2, maxShots: 3, layers: 2, width: 16, heads: 2 };
const start = generalParameters(SHAPE, 1);
const BASIS = { shape: SHAPE, noiseVariance: 0.1, seed: 4 };
const SETTINGS = { ...BASIS, target: [1, 0], rate: 1e-2, steps: 20, prompts: 16 };
const NOTHING = { auxiliaryPrompts: 0, replayPrompts: 0, decay: 0 };
const tuned = (trainable: Trainable, objective = NOTHING): Parameters =>
  fineTune(start, { ...SETTINGS, trainable, objective }).parameters;
const off = (tokens: Confined["off"], share: number, more: Partial<Confined> = {}): Confined => ({
  kind: "confined",
  matrices: "value",
  off: tokens,
  share,
  ...more,
});
const matrixOf = ({ shape, values }: Tensor): Matrix => Matrix.from1DArray(shape[0]!, shape[1]!, values);
const largest = (matrix: Matrix): number => Math.max(...matrix.to1DArray().map(Math.abs));
const moved = (after: Parameters, name: string): Matrix => matrixOf(after[name]!).sub(matrixOf(start[name]!));

/** States that a matrix reads in a model, prompt by prompt and token by token, of prompts that nothing was drawn from. */
function statesAt(parameters: Parameters, matrix: string, positions: readonly number[]): Matrix {
  const batch = somePrompts(SHAPE, SHAPE.maxShots, 20, 9);
  const tokens = toDevice({ shape: [20, batch.length, 3], values: batch.tokens });
  let states: Matrix | undefined;
  forward(SHAPE, allToDevice(parameters), tokens, (name, device) => {
    const tensor = fromDevice(device);
    if (name === matrix) states = matrixOf(tensor);
  }).dispose();
  const rows = Array.from({ length: 20 * batch.length }, (_, row) => row);
  return states!.subMatrixRow(rows.filter((row) => positions.includes(row % batch.length)));
}
const LABELS = [1, 3, 5];

describe("the directions that a confined update may use", () => {
  it.each([off("labels", 0.9), off("examples", 0.95), off("labels", 0.9, { random: true })])(
    "of %j are what a projection leaves, and spare what was asked for",
    (trainable) => {
      for (const { matrix, projection, spared, examplesLeft, labelsLeft } of allowedDirections(start, {
        ...BASIS,
        trainable,
      })) {
        const P = matrixOf(projection);
        const close = { tolerance: 2e-6, reason: "entries of order 1 in float32", input: { matrix, spared } };
        expectClose(largest(P.mmul(P).sub(P)), 0, close);
        expectClose(largest(P.transpose().sub(P)), 0, close);
        expectClose(P.trace(), SHAPE.width - spared, { ...close, tolerance: 1e-5 });
        const left = trainable.off === "labels" ? labelsLeft : examplesLeft;
        if (trainable.random) expect(left).toBeGreaterThan(1 - trainable.share);
        else expect(left).toBeLessThanOrEqual(1 - trainable.share + 1e-9);
      }
    },
  );

  it("are as many for the control, and others", () => {
    const [kept, control] = [off("labels", 0.9), off("labels", 0.9, { random: true })].map((trainable) =>
      allowedDirections(start, { ...BASIS, trainable }),
    );
    expect(control!.map(({ spared }) => spared)).toEqual(kept!.map(({ spared }) => spared));
    expect(control![0]!.projection).not.toEqual(kept![0]!.projection);
  });

  it("are the fewest that hold the share: one less spared would leave too much", () => {
    const at = (share: number) =>
      allowedDirections(start, { ...BASIS, trainable: off("examples", share) })[0]!;
    const { spared, examplesLeft } = at(0.9);
    const fewer = at(1 - examplesLeft - 1e-6);
    expect(fewer.spared).toBe(spared);
    expect(at(1 - examplesLeft + 1e-6).spared).toBe(spared + 1);
  });
});

describe("an update kept off label tokens", () => {
  it("whole, leaves what they contribute in the first layer where it was, to rounding, and moves what a query reads", () => {
    const after = tuned(off("labels", 1));
    const update = moved(after, "layer0.value");
    const labels = statesAt(start, "layer0.value", LABELS).mmul(update);
    const query = statesAt(start, "layer0.value", [0]).mmul(update);
    expectClose(largest(labels), 0, {
      tolerance: 1e-5,
      reason: "states of order 1 to 10 and values of order 1, each rounded to 6e-8 of itself, summed over 16",
    });
    expect(largest(query)).toBeGreaterThan(0.05);
  });

  it.each([NOTHING, { auxiliaryPrompts: 4, replayPrompts: 4, decay: 2 }])(
    "stays in its directions at every step, and moves no other matrix (%j)",
    (objective) => {
      const trainable = off("labels", 0.9);
      const after = tuned(trainable, objective);
      expect(Object.keys(after)).toEqual(Object.keys(start));
      for (const { matrix, projection } of allowedDirections(start, { ...BASIS, trainable })) {
        const update = moved(after, matrix);
        expect(largest(update), matrix).toBeGreaterThan(0.01);
        expectClose(largest(matrixOf(projection).mmul(update).sub(update)), 0, {
          tolerance: 1e-6,
          reason: "a difference of float32 entries of order 1",
          input: matrix,
        });
      }
      for (const [name, tensor] of Object.entries(start))
        if (!/\.value$/.test(name)) expect(after[name], name).toEqual(tensor);
    },
  );

  it("is the MLP's, if asked, and gives the same bytes for the same seed", () => {
    const trainable = off("labels", 0.9, { matrices: "mlp" });
    const after = tuned(trainable);
    expect(tuned(trainable)).toEqual(after);
    const changed = Object.keys(start).filter((name) => largest(asRow(moved2(after, name))) > 0);
    expect(changed).toEqual(["layer0.mlp.in", "layer1.mlp.in"]);
  });
});

const asRow = (values: readonly number[]): Matrix => Matrix.rowVector(values as number[]);
const moved2 = (after: Parameters, name: string): readonly number[] =>
  Array.from(after[name]!.values, (value, i) => value - start[name]!.values[i]!);

describe("an update kept off all that examples' tokens read", () => {
  it("learns nothing at zero shots: the query is the first token of every prompt with examples", () => {
    const predictor = createPredictor(SHAPE);
    const zeroShot = drawZeroShot(SHAPE, { target: [1, 0], prompts: 64, seed: 3 });
    const before = predictor.predict(start, zeroShot);
    const shift = (trainable: Trainable): number => {
      const after = predictor.predict(tuned(trainable), zeroShot);
      return Math.max(...after.map((value, i) => Math.abs(value - before[i]!)));
    };
    expectClose(shift(off("examples", 1)), 0, {
      tolerance: 1e-4,
      reason: "values to rounding (1e-6), through two layers and a readout of order 10",
    });
    // There are directions left, in the first layer at least, and as many at random do learn.
    expect(
      allowedDirections(start, { ...BASIS, trainable: off("examples", 1) })[0]!.spared,
    ).toBeLessThanOrEqual(10);
    expect(shift(off("examples", 1, { random: true }))).toBeGreaterThan(0.05);
    predictor.dispose();
  });
});

describe("values that a token gives itself in the last layer alone", () => {
  it("leave everything that any token contributes as it was", () => {
    const after = tuned({ kind: "own-value", layers: [2, 2] });
    const prepared = preparedParameters(start, { kind: "own-value" });
    const changed = Object.keys(prepared).filter((name) =>
      prepared[name]!.values.some((value, i) => value !== after[name]!.values[i]),
    );
    expect(changed).toEqual(["layer1.value.own"]);
    const everywhere = [0, 1, 2, 3, 4, 5, 6];
    expect(statesAt(after, "layer1.value", everywhere)).toEqual(statesAt(start, "layer1.value", everywhere));
  });
});

describe("a choice of what is confined", () => {
  it("has a name of its own", () => {
    expect(trainableName(off("labels", 0.99))).toBe("value-off-labels-99");
    expect(trainableName(off("examples", 0.95, { random: true, matrices: "mlp" }))).toBe(
      "mlp-off-random-examples-95",
    );
    expect(trainableName({ kind: "own-value", layers: [2, 2] })).toBe("own-value-layer-2");
  });

  it("says what of it is wrong", () => {
    expect(() => tuned(off("labels", 0))).toThrow("trainable.share: holds 0; allowed: ");
    expect(() => tuned(off("labels", 1.5))).toThrow("trainable.share");
    expect(() => tuned(off("queries" as "labels", 0.5))).toThrow("trainable.off");
    expect(() => tuned(off("labels", 0.5, { matrices: "output" as "mlp" }))).toThrow("trainable.matrices");
    expect(() => splitParameters(start, off("labels", 0.5), 1)).toThrow(
      "start.layer0.value:allowed: holds nothing; allowed: ",
    );
  });
});
