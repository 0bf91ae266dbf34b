import {
  createPredictor,
  drawTestSets,
  fineTune,
  type GptShape,
  initialParameters,
  interpolate,
  measure,
  type Parameters,
  preparedParameters,
  pretrain,
  ridgePrediction,
  splitParameters,
  TRAINABLE_SETS,
  type Trainable,
} from "@finetune-icl/transformer";
import { describe, expect, it } from "vitest";
import { expectClose } from "../support/expectClose";
import { generalParameters, SMALL } from "./support";

const SETTINGS = {
  shape: SMALL,
  noiseVariance: 0.1,
  target: [1, 0],
  rate: 1e-2,
  steps: 3,
  prompts: 8,
  seed: 1,
};
const NOTHING = { auxiliaryPrompts: 0, replayPrompts: 0, decay: 0 };

/** Names of the tensors that differ. */
const changed = (before: Parameters, after: Parameters): string[] =>
  Object.keys(before).filter((name) =>
    before[name]!.values.some((value, i) => value !== after[name]!.values[i]),
  );

describe("fine-tuning", () => {
  const start = generalParameters(SMALL, 1);

  it.each(TRAINABLE_SETS)("of %s moves what that set names, and nothing else", (set) => {
    const trainable: Trainable = { kind: "set", set };
    const { parameters } = fineTune(start, { ...SETTINGS, trainable, objective: NOTHING });
    const named = Object.keys(splitParameters(start, trainable, 1).trained);
    // A query alone attends to itself whatever queries and keys are; and it has no use for another position's vector.
    const still = named.filter((name) => /\.(?:query|key)$/.test(name));
    expect(changed(start, parameters).sort()).toEqual(named.filter((name) => !still.includes(name)).sort());
  });

  it("of a set in some layers moves what the set names in those", () => {
    const names = (trainable: Trainable) => Object.keys(splitParameters(start, trainable, 1).trained);
    expect(names({ kind: "set", set: "value", layers: [2, 2] })).toEqual(["layer1.value"]);
    expect(names({ kind: "set", set: "value-output", layers: [1, 2] })).toEqual(
      names({ kind: "set", set: "value-output" }),
    );
    expect(names({ kind: "set", set: "layer-norm", layers: [1, 1] })).not.toContain("norm-last.scale");
    const none = (layers: readonly [number, number]) => () =>
      splitParameters(start, { kind: "set", set: "value", layers }, 1);
    expect(none([0, 1])).toThrow("trainable.layers[0]: holds 0; allowed: ");
    expect(none([2, 1])).toThrow("trainable.layers[1]: holds 1; allowed: ");
    expect(none([3, 3])).toThrow("trainable: holds");
  });

  it("starts values that a token writes into itself where the model was, and leaves all else", () => {
    const trainable: Trainable = { kind: "own-value" };
    const { parameters, losses } = fineTune(start, { ...SETTINGS, trainable, objective: NOTHING });
    const value = fineTune(start, {
      ...SETTINGS,
      trainable: { kind: "set", set: "value" },
      objective: NOTHING,
    });
    expectClose(losses[2]!, value.losses[2]!, {
      tolerance: 1e-5,
      reason: "two steps of the same training, summed in another order in float32",
      input: { losses, value: value.losses },
    });
    expect(changed(start, parameters)).toEqual([]);
    expect(changed(preparedParameters(start, trainable), parameters)).toEqual([
      "layer0.value.own",
      "layer1.value.own",
    ]);
    expect(() => interpolate(start, parameters, 0.5)).toThrow("start.layer0.value.own: holds nothing");
  });

  it("starts LoRA where it was: the first loss is that of the pretrained model", () => {
    const loss = (trainable: Trainable) =>
      fineTune(start, { ...SETTINGS, trainable, objective: NOTHING }).losses;
    const [whole, lora] = [
      loss({ kind: "set", set: "value" }),
      loss({ kind: "lora", target: "value", rank: 2, scale: 2 }),
    ];
    expect(lora[0]).toBe(whole[0]);
    expect(lora[2]).not.toBe(whole[2]);
  });

  it("moves matrices by LoRA no further than its rank", () => {
    const { parameters } = fineTune(start, {
      ...SETTINGS,
      trainable: { kind: "lora", target: "value", rank: 1, scale: 1 },
      objective: NOTHING,
    });
    expect(changed(start, parameters)).toEqual(["layer0.value", "layer1.value"]);
    const difference = (i: number, j: number): number => {
      const at = 8 * i + j;
      return parameters["layer0.value"]!.values[at]! - start["layer0.value"]!.values[at]!;
    };
    for (const [i, j] of [
      [0, 1],
      [2, 5],
      [4, 7],
    ] as const) {
      const minor = difference(i, i) * difference(j, j) - difference(i, j) * difference(j, i);
      expectClose(minor, 0, {
        tolerance: 1e-7,
        reason:
          "a 2 × 2 minor of a matrix of rank 1, entries below 0.1 rounded to 1e-7 of parameters of order 1",
        input: { i, j },
      });
    }
  });

  it("gives the same bytes for the same seed, and others for another", () => {
    const run = (seed: number) =>
      fineTune(start, {
        ...SETTINGS,
        seed,
        trainable: { kind: "set", set: "all" },
        objective: { auxiliaryPrompts: 4, replayPrompts: 4, decay: 0.1 },
      });
    expect(run(1)).toEqual(run(1));
    expect(run(1).losses).not.toEqual(run(2).losses);
  });

  it("comes back under a decay that is all there is", () => {
    const nearly = (decay: number) =>
      fineTune(start, {
        ...SETTINGS,
        steps: 20,
        trainable: { kind: "set", set: "value" },
        objective: { ...NOTHING, decay },
      }).parameters["layer0.value"]!.values.reduce(
        (sum, value, i) => sum + (value - start["layer0.value"]!.values[i]!) ** 2,
        0,
      );
    expect(nearly(50)).toBeLessThan(nearly(0) / 2);
  });

  it("says which of its settings is wrong", () => {
    const tune = (wrong: object) => () =>
      fineTune(start, {
        ...SETTINGS,
        trainable: { kind: "set", set: "value" },
        objective: NOTHING,
        ...wrong,
      });
    expect(tune({ target: [1] })).toThrow("target");
    expect(tune({ objective: { ...NOTHING, decay: -1 } })).toThrow("objective.decay");
    expect(tune({ trainable: { kind: "set", set: "values" } })).toThrow("trainable.set");
    expect(tune({ trainable: { kind: "lora", target: "value", rank: 0, scale: 1 } })).toThrow(
      "trainable.rank",
    );
  });
});

describe("pretraining", () => {
  it("lowers the risk of prompts with examples below that without", () => {
    const shape: GptShape = { dimension: 1, maxShots: 3, layers: 1, width: 16, heads: 2 };
    const settings = { shape, noiseVariance: 0.1, steps: 200, prompts: 64, rate: 1e-2, seed: 1 };
    const { parameters, losses } = pretrain(settings);
    expect(losses[0]).toBeGreaterThan(losses.at(-1)!);
    const sets = drawTestSets(shape, { target: [1], noiseVariance: 0.1, prompts: 512, seed: 3 });
    const predictor = createPredictor(shape);
    const risks = measure(predictor, parameters, sets, [0, 3]).filter(({ task }) => task === "fresh");
    predictor.dispose();
    expect(risks[1]!.risk).toBeLessThan(0.75 * risks[0]!.risk);
    // No model does better than ridge regression by more than chance and the sphere's shape tell: here d = 1, and tasks are ±1.
    expect(risks[0]!.ridgeRisk).toBeCloseTo(risks[0]!.risk, 1);
    // Of a calibrated prediction E f² = E f y, so that its risk is that of silence less its gain.
    expectClose(risks[1]!.risk, 1.1 - risks[1]!.gain, {
      tolerance: 0.15,
      reason:
        "three standard errors of 512 prompts, and a model that is not calibrated to the last after 200 steps",
      input: risks[1],
    });
  });
});

describe("what is measured", () => {
  it("of a model that answers 0: no intrusion, no gain, the risk of the labels", () => {
    const parameters = initialParameters(SMALL, 1);
    const silent = Object.fromEntries(
      Object.entries(parameters).map(([name, tensor]) => [
        name,
        name === "readout" ? { ...tensor, values: tensor.values.map(() => 0) } : tensor,
      ]),
    );
    const sets = drawTestSets(SMALL, { target: [0, 1], noiseVariance: 0.1, prompts: 2000, seed: 1 });
    const predictor = createPredictor(SMALL);
    for (const row of measure(predictor, silent, sets, [0, 3])) {
      expectClose(row.risk, 1.1, {
        tolerance: 5 * row.standardError,
        reason: "‖θ‖² + σ², five standard errors",
        input: row,
      });
      if (row.task === "fresh" || row.task === "orthogonal")
        expect([row.intrusion, row.gain]).toEqual([0, 0]);
      else expect([row.intrusion, row.gain]).toEqual([Number.NaN, Number.NaN]);
    }
    predictor.dispose();
  });

  it("beside ridge regression, by hand for one example", () => {
    // d = 1: x y / (x² + λ) · query.
    expectClose(ridgePrediction([{ covariates: [2], label: 3 }], [0.5], 0.1), (2 * 3 * 0.5) / 4.1, {
      tolerance: 1e-15,
      reason: "a few roundings",
    });
    expect(ridgePrediction([], [1, 2], 0.1)).toBe(0);
  });
});
